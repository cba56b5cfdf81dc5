//! Images: how their containers behave.

use serde_json::{Map, Value, json};

use super::{
    Done,
    write::{IMAGE, World},
};

/// The name of an Image: given by itself, by the image it stands for, or by a pod that runs it.
async fn named(world: &World, what: &str) -> Result<String, String> {
    let what = what.strip_prefix("image/").unwrap_or(what);
    let all = world.all(IMAGE).await?;
    let name = |o: &Value| o["metadata"]["name"].as_str().map(str::to_owned);
    let of = |image: &str| all.iter().find(|o| o["spec"]["image"] == image).and_then(name);
    if let Some(found) = all.iter().filter_map(name).find(|n| n == what).or_else(|| of(what)) {
        return Ok(found);
    }
    let pod = what.strip_prefix("pod/").unwrap_or(what);
    let (namespace, pod) = pod.split_once('/').unwrap_or((&world.namespace, pod));
    let image = world.pod(namespace, pod).await.ok();
    let image = image.as_ref().and_then(|p| p["spec"]["containers"][0]["image"].as_str());
    if let Some(found) = image.and_then(of) {
        return Ok(found);
    }
    // the API's own words for an Image that is not there
    world.get(IMAGE, what).await.map(|_| what.to_owned())
}

/// `lab crash IMAGE|POD [AFTER|off]`.
pub async fn crash(world: &World, what: &str, after: &str) -> Done {
    let after = match after {
        "off" | "never" => Value::Null,
        after => match millis(after) {
            Some(ms) => ms.into(),
            None => {
                return Err(world.say(
                    &format!("error: {after:?}는 시간이 아니에요. 3s, 500ms, 2m, 아니면 off라고 적어 주세요"),
                    &format!("error: {after:?} is no time: write 3s, 500ms, 2m, or off"),
                ));
            }
        },
    };
    let name = named(world, what).await?;
    world.patch(IMAGE, &name, json!({ "crashAfterMillis": after })).await
}

fn millis(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let n: i64 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "ms" => Some(n),
        "" | "s" => n.checked_mul(1_000),
        "m" => n.checked_mul(60_000),
        _ => None,
    }
}

/// `lab image NAME [FIELD=VALUE…]`; `FIELD=` takes a field away.
pub async fn set(world: &World, what: &str, fields: &[&str]) -> Done {
    let name = named(world, what).await?;
    if fields.is_empty() {
        let image = world.get(IMAGE, &name).await?;
        return Ok(kubectl::yaml(&json!({ "spec": image["spec"] })));
    }
    let mut spec = Map::new();
    for field in fields {
        let Some((field, value)) = field.split_once('=') else {
            return Err(world.say(
                &format!("error: {field:?}에 값이 없어요. readyMillis=5000처럼 적어 주세요"),
                &format!("error: {field:?} has no value: write readyMillis=5000"),
            ));
        };
        let value = match value {
            "" => Value::Null,
            value => serde_json::from_str(value).unwrap_or_else(|_| value.into()),
        };
        spec.insert(field.to_owned(), value);
    }
    world.patch(IMAGE, &name, spec.into()).await
}
