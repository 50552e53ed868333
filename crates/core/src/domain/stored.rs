//! How the values of a promised file stand in the JSON that a store keeps. These are stored formats: never change one.

/// A file's name: its text, which was parsed before it was stored.
pub(crate) mod name {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::name::FileName;

    pub(crate) fn serialize<S: Serializer>(name: &FileName, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(name.as_str())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FileName, D::Error> {
        String::deserialize(deserializer).map(FileName::from_stored)
    }
}

/// An instant: microseconds since 1970.
pub(crate) mod micros {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::time::Timestamp;

    pub(crate) fn serialize<S: Serializer>(
        instant: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        instant.map(Timestamp::as_micros).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Option::deserialize(deserializer).map(|micros| micros.map(Timestamp::from_micros))
    }
}

/// A hash: hexadecimal digits.
pub(crate) mod hex {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use crate::domain::hash::Sha256Hash;

    pub(crate) fn serialize<S: Serializer>(
        hash: &Option<Sha256Hash>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        hash.map(Sha256Hash::to_hex).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Sha256Hash>, D::Error> {
        let digits = Option::<String>::deserialize(deserializer)?;
        digits.as_deref().map(Sha256Hash::parse).transpose().map_err(D::Error::custom)
    }
}
