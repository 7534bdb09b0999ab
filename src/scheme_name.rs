//! The authentication schemes that a policy can offer, now or later.

/// A scheme, in the order in which challenges stand by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[non_exhaustive]
pub enum SchemeName {
    /// Bearer (RFC 6750).
    Bearer = 1,
    /// DPoP (RFC 9449).
    Dpop = 2,
    /// Digest (RFC 7616).
    Digest = 3,
    /// Basic (RFC 7617).
    Basic = 4,
    /// Api-Key, by convention.
    ApiKey = 5,
}

impl SchemeName {
    /// Every scheme.
    pub const ALL: [SchemeName; 5] =
        [SchemeName::Bearer, SchemeName::Dpop, SchemeName::Digest, SchemeName::Basic, SchemeName::ApiKey];

    /// The usual spelling, as challenges are written.
    pub const fn as_str(self) -> &'static str {
        match self {
            SchemeName::Bearer => "Bearer",
            SchemeName::Dpop => "DPoP",
            SchemeName::Digest => "Digest",
            SchemeName::Basic => "Basic",
            SchemeName::ApiKey => "Api-Key",
        }
    }

    /// The scheme of this name, however it is written: schemes compare without case (REQ-HTTP-01).
    ///
    /// ```
    /// use countersign::SchemeName;
    ///
    /// assert_eq!(SchemeName::parse("dpop"), Some(SchemeName::Dpop));
    /// assert_eq!(SchemeName::parse("Hawk"), None);
    /// ```
    pub fn parse(name: &str) -> Option<SchemeName> {
        SchemeName::ALL.into_iter().find(|scheme| scheme.as_str().eq_ignore_ascii_case(name))
    }

    /// The stable number of the C ABI; 0 stands for no scheme.
    #[expect(clippy::as_conversions, reason = "reading the discriminant of a repr(u32) enum")]
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// The scheme with this number.
    pub fn from_number(number: u32) -> Option<SchemeName> {
        SchemeName::ALL.into_iter().find(|scheme| scheme.number() == number)
    }
}

impl core::fmt::Display for SchemeName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}
