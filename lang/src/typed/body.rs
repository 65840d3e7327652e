//! Bodies of functions, decoded when they are first looked at.
//!
//! A run uses few of the standard library's functions. Their signatures are decoded with the image, their bodies stay
//! bytes until lowering asks for them: a body is serialised as a byte string of its own, so that skipping it is one step.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::de::{Error as _, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Body;

/// A shared body.
#[derive(Clone)]
pub struct BodyRef(Arc<Lazy>);

struct Lazy {
    body: OnceLock<Body>,
    /// The serialised body, while it may still have to be decoded.
    bytes: Box<[u8]>,
}

impl From<Body> for BodyRef {
    fn from(body: Body) -> Self {
        BodyRef(Arc::new(Lazy {
            body: OnceLock::from(body),
            bytes: Box::default(),
        }))
    }
}

impl Deref for BodyRef {
    type Target = Body;

    fn deref(&self) -> &Body {
        self.0.body.get_or_init(|| {
            postcard::from_bytes(&self.0.bytes)
                .expect("an image is only decoded by the compiler that encoded it")
        })
    }
}

impl fmt::Debug for BodyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl Serialize for BodyRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = postcard::to_allocvec(&**self).map_err(S::Error::custom)?;
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for BodyRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = BodyRef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a serialised body")
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<BodyRef, E> {
                if bytes.is_empty() {
                    return Err(E::custom("a body without bytes"));
                }
                Ok(BodyRef(Arc::new(Lazy {
                    body: OnceLock::new(),
                    bytes: bytes.into(),
                })))
            }
        }
        deserializer
            .deserialize_bytes(Bytes)
            .map_err(D::Error::custom)
    }
}
