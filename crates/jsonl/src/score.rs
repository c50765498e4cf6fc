use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};

/// A score in [0, 1], written with at most six decimals and always with a decimal point.
///
/// Six decimals exceed the precision of any model here and keep lines short. NaN and infinities become 0, since JSON
/// cannot represent them.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Deserialize)]
#[serde(transparent)]
pub struct Score(f64);

impl Score {
    /// Returns the rounded value.
    #[must_use]
    pub fn value(self) -> f64 {
        self.0
    }
}

impl From<f32> for Score {
    fn from(value: f32) -> Self {
        let value = if value.is_finite() { f64::from(value.clamp(0.0, 1.0)) } else { 0.0 };
        Self((value * 1e6).round() / 1e6)
    }
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}

impl JsonSchema for Score {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Score".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0.0, "maximum": 1.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn always_a_number_with_a_point() {
        let check = |value: f32, expected: &str| {
            assert_eq!(serde_json::to_string(&Score::from(value)).unwrap(), expected, "{value}");
        };
        check(1.0, "1.0");
        check(0.0, "0.0");
        check(-0.1, "0.0");
        check(1.5, "1.0");
        check(f32::NAN, "0.0");
        check(0.123_456_78, "0.123457");
    }
}
