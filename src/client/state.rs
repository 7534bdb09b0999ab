//! What a client carries from one response to the next, so that no loop goes on for ever (REQ-CLIENT-28).

/// How far the client has come with one request. Made anew for each request; a plain number to keep or hand on.
///
/// At most three round trips of a request are caused by authentication, and at most five by waiting; then the answer is
/// the caller's. A server that answers 401 for ever sees four requests at most, one that answers 503 for ever six, and
/// one that does both in turns nine. Among the three there is one renewal of the credential (a refresh, a newer token
/// that was there already, or a login), one step-up, one switch of the scheme, and never a nonce twice in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is something that happens once, and they are independent")]
pub struct State {
    /// Round trips that authentication has caused.
    pub(super) trips: u8,
    /// Times that were waited.
    pub(super) waits: u8,
    /// Whether the request went out with a credential that was got for it.
    pub(super) renewed: bool,
    pub(super) stepped_up: bool,
    pub(super) switched: bool,
    /// Whether this origin has offered a scheme that proves more than a password does.
    pub(super) saw_strong: bool,
    /// Whether the last step was a new nonce.
    pub(super) nonced: bool,
}

/// Round trips of a request that authentication may cause.
pub(super) const MOST_TRIPS: u8 = 3;
/// How often a request is sent again for an outage.
pub(super) const MOST_WAITS: u8 = 5;

impl State {
    /// Nothing has happened yet.
    pub const fn new() -> Self {
        State {
            trips: 0,
            waits: 0,
            renewed: false,
            stepped_up: false,
            switched: false,
            saw_strong: false,
            nonced: false,
        }
    }

    /// For the next request to the same origin: only what was seen of the origin stays (REQ-CLIENT-24).
    #[must_use]
    pub const fn for_next_request(self) -> Self {
        State { saw_strong: self.saw_strong, ..State::new() }
    }

    /// The state as a number, for hosts that keep it outside.
    pub fn to_bits(self) -> u32 {
        let flag = |set: bool, place: u32| u32::from(set) << place;
        u32::from(self.trips)
            | u32::from(self.waits) << 8
            | flag(self.renewed, 16)
            | flag(self.stepped_up, 17)
            | flag(self.switched, 18)
            | flag(self.saw_strong, 19)
            | flag(self.nonced, 20)
    }

    /// The state of a number. One that no state has counts as a request that has used up all its tries.
    pub fn from_bits(bits: u32) -> Self {
        let [trips, waits, flags, rest] = bits.to_le_bytes();
        let state = State {
            trips,
            waits,
            renewed: flags & 1 != 0,
            stepped_up: flags & 2 != 0,
            switched: flags & 4 != 0,
            saw_strong: flags & 8 != 0,
            nonced: flags & 16 != 0,
        };
        if rest == 0 && flags < 32 { state } else { State { trips: u8::MAX, waits: u8::MAX, ..state } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_its_number() {
        let state = State { trips: 2, waits: 3, renewed: true, saw_strong: true, ..State::new() };
        assert_eq!(State::from_bits(state.to_bits()), state);
        assert_eq!(State::from_bits(0), State::new());
        assert_eq!(State::from_bits(u32::MAX).trips, u8::MAX);
        assert_eq!(state.for_next_request(), State { saw_strong: true, ..State::new() });
    }
}
