//! What a page loads before it is drawn. Text is read from bytes everywhere, as answers of server functions are: each way of
//! reading would bring a copy of every type's decoder into the browser.

use leptos::{prelude::*, server::codee};
use serde::{Serialize, de::DeserializeOwned};

/// JSON, read from bytes.
pub struct JsonBytes;

impl<T: Serialize> codee::Encoder<T> for JsonBytes {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> codee::Decoder<T> for JsonBytes {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

/// Loads what the page cannot be drawn without.
pub fn loaded<S, T, Answer>(
    source: impl Fn() -> S + Send + Sync + 'static,
    ask: impl Fn(S) -> Answer + Send + Sync + 'static,
) -> Resource<T, JsonBytes>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    Answer: Future<Output = T> + Send + 'static,
{
    ArcResource::new_with_options(source, ask, true).into()
}
