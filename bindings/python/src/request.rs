//! What a Python host hands over for one check, as the core's view of a request.

use countersign::claims::Scopes;
use countersign::time::Wall;
use countersign::{FieldLine, Request};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::sync::critical_section::with_critical_section;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};
use smallvec::SmallVec;

/// Bytes of a Python object, held without its interpreter's lock.
pub(crate) enum Held {
    Text(PyBackedStr),
    Bytes(PyBackedBytes),
    Made(Vec<u8>),
}

impl Held {
    /// A field value. A str is read as ISO 8859-1, which is how WSGI and ASGI frameworks make one.
    pub(crate) fn field_value(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let Ok(text) = value.cast::<PyString>() else {
            return Ok(Held::Bytes(value.cast::<PyBytes>().map_err(|_| wrong_type())?.clone().into()));
        };
        let Ok(backed) = PyBackedStr::try_from(text.clone()) else {
            // Surrogates: bytes that a framework could not decode, which stand for themselves.
            let bytes = text.call_method1(intern!(value.py(), "encode"), ("utf-8", "surrogateescape"))?;
            return Ok(Held::Made(bytes.extract()?));
        };
        if backed.is_ascii() {
            return Ok(Held::Text(backed));
        }
        let latin: Option<Vec<u8>> = backed.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
        Ok(latin.map_or(Held::Text(backed), Held::Made))
    }

    /// A target or a method: a str is its UTF-8.
    pub(crate) fn target(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        match value.cast::<PyString>() {
            Ok(text) => Ok(Held::Text(PyBackedStr::try_from(text.clone())?)),
            Err(_) => Held::field_value(value),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Held::Text(text) => text.as_bytes(),
            Held::Bytes(bytes) => bytes,
            Held::Made(bytes) => bytes,
        }
    }
}

fn wrong_type() -> PyErr {
    PyTypeError::new_err("names and values of header fields are str or bytes")
}

/// The lines of the fields that a policy wants: the place of each name among the wanted ones, and its value.
pub(crate) type Lines = SmallVec<[(usize, Held); 4]>;

/// Takes the wanted lines from a mapping, or from pairs of name and value.
pub(crate) fn lines(headers: &Bound<'_, PyAny>, wanted: &[String]) -> PyResult<Lines> {
    let mut lines = Lines::new();
    each_line(headers, |name, value| {
        if let Some(place) = place_of(name, wanted)? {
            lines.push((place, Held::field_value(value)?));
        }
        Ok(())
    })?;
    Ok(lines)
}

/// Hands the name and the value of every line to `take`, from a mapping or from pairs.
pub(crate) fn each_line<'py>(
    headers: &Bound<'py, PyAny>,
    mut take: impl FnMut(&Bound<'py, PyAny>, &Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<()> {
    if let Ok(dict) = headers.cast::<PyDict>() {
        return each_item(dict, take);
    }
    let items = intern!(headers.py(), "items");
    let pairs =
        if headers.is_instance_of::<PyList>() || headers.is_instance_of::<PyTuple>() || !headers.hasattr(items)? {
            headers.clone()
        } else {
            headers.call_method0(items)?
        };
    for pair in pairs.try_iter()? {
        let pair = pair?;
        if let Ok(tuple) = pair.cast::<PyTuple>()
            && tuple.len() == 2
        {
            take(&tuple.get_item(0)?, &tuple.get_item(1)?)?;
        } else {
            let mut parts = pair.try_iter()?;
            let (Some(name), Some(value), None) = (parts.next(), parts.next(), parts.next()) else {
                return Err(PyValueError::new_err("a header field is a pair of name and value"));
            };
            let (name, value) = (name?, value?);
            take(&name, &value)?;
        }
    }
    Ok(())
}

/// Hands every item of a dict to `take`. Where there is no interpreter's lock, other threads that write to the dict
/// wait meanwhile.
pub(crate) fn each_item<'py>(
    dict: &Bound<'py, PyDict>,
    mut take: impl FnMut(&Bound<'py, PyAny>, &Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<()> {
    with_critical_section(dict, || dict.iter().try_for_each(|(name, value)| take(&name, &value)))
}

fn place_of(name: &Bound<'_, PyAny>, wanted: &[String]) -> PyResult<Option<usize>> {
    let place = |name: &[u8]| wanted.iter().position(|wanted| wanted.as_bytes().eq_ignore_ascii_case(name));
    if let Ok(name) = name.cast::<PyString>() {
        // What has no UTF-8 is no name of a field.
        return Ok(name.to_str().ok().and_then(|name| place(name.as_bytes())));
    }
    name.cast::<PyBytes>().map(|name| place(name.as_bytes())).map_err(|_| wrong_type())
}

/// The bytes of a field's name.
pub(crate) fn name_bytes(name: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    match name.cast::<PyString>() {
        Ok(name) => Ok(name.to_str()?.as_bytes().to_vec()),
        Err(_) => name.cast::<PyBytes>().map(|name| name.as_bytes().to_vec()).map_err(|_| wrong_type()),
    }
}

/// Everything about one check but the lines.
pub(crate) struct Asked {
    pub(crate) method: Option<Held>,
    pub(crate) target: Option<Held>,
    pub(crate) profile: Option<PyBackedStr>,
    pub(crate) scopes: Option<String>,
    pub(crate) client_cert_sha256: Option<PyBackedStr>,
    pub(crate) now: Wall,
    pub(crate) monotonic: Option<u64>,
}

impl Asked {
    /// The core's view, over `lines`.
    pub(crate) fn request<'a>(&'a self, lines: &'a [FieldLine<'a>]) -> Request<'a> {
        let method = self.method.as_ref().map_or(&b"GET"[..], Held::as_bytes);
        let target = self.target.as_ref().map_or(&b"/"[..], Held::as_bytes);
        let mut request = Request::from_bytes(method, target, lines, self.now);
        if let Some(nanos) = self.monotonic {
            request = request.monotonic(nanos);
        }
        if let Some(profile) = &self.profile {
            request = request.profile(profile);
        }
        if let Some(scopes) = &self.scopes {
            request = request.scopes(scopes);
        }
        if let Some(thumbprint) = &self.client_cert_sha256 {
            request = request.client_cert_sha256(thumbprint);
        }
        request
    }
}

/// Scopes as one string, or as an iterable of them; a `ValueError` for what cannot be scopes.
pub(crate) fn scopes(scopes: &Bound<'_, PyAny>) -> PyResult<String> {
    let text = match scopes.cast::<PyString>() {
        Ok(text) => text.to_str()?.to_owned(),
        Err(_) => scopes.try_iter()?.map(|name| name?.extract::<String>()).collect::<PyResult<Vec<_>>>()?.join(" "),
    };
    if Scopes::parse(&text).is_none() {
        return Err(PyValueError::new_err("scopes are words without quotes and backslashes, in ASCII"));
    }
    Ok(text)
}
