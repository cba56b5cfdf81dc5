//! Traffic: how many requests a second.

use serde_json::json;

use super::{
    Done,
    write::{TRAFFIC, World},
};

const RATE_MAX: f64 = 1_000_000.0;

/// `lab traffic NAME RPS`.
pub async fn set(world: &World, name: &str, rate: &str) -> Done {
    let name = name.strip_prefix("traffic/").unwrap_or(name);
    let rps = rate.trim_end_matches("/s").parse::<f64>().ok();
    let Some(rps) = rps.filter(|r| r.is_finite() && (0.0..=RATE_MAX).contains(r)) else {
        return Err(world.say(
            &format!("error: 초당 요청 수가 {rate:?}예요. 0부터 {RATE_MAX}까지의 수를 넣어 주세요."),
            &format!("error: requests a second must be a number from 0 to {RATE_MAX}, not {rate:?}"),
        ));
    };
    let max = world.get(TRAFFIC, name).await?["spec"]["ratePerSecondMax"].as_f64();
    if let Some(max) = max.filter(|max| rps > *max) {
        return Err(world.say(
            &format!("error: 초당 요청 수가 {rps}예요. traffic/{name}에서는 {max}까지 넣을 수 있어요 (spec.ratePerSecondMax)"),
            &format!("error: {rps} requests a second are too many: traffic/{name} goes up to {max} (spec.ratePerSecondMax)"),
        ));
    }
    let rps = if rps.fract() == 0.0 { json!(rps as i64) } else { json!(rps) };
    world.patch(TRAFFIC, name, json!({ "ratePerSecond": rps })).await
}
