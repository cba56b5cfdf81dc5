//! Makes a failing run small: leaves out acts and objects as long as it still fails in the same way.

use std::{fmt::Write, fs, path::Path};

use super::{
    plan::Plan,
    run::{Broken, judge},
};

/// What to tell of a failure: the seed, what it takes, and how to keep it.
pub fn report(plan: &Plan, broken: &Broken) -> String {
    let (small, broken) = smallest(plan.clone(), broken.clone());
    let what = format!("{}: {}", broken.check, broken.what);
    let mut text = format!("seed {}, at {:.1} s: {what}\n", plan.seed, broken.at_ms as f64 / 1000.0);
    // Writing to a String cannot fail.
    let kinds: Vec<_> =
        small.world.objects.iter().map(|o| format!("{} {}", o["kind"].text(), o.name())).collect();
    let _ = writeln!(text, "  in a world of {}", kinds.join(", "));
    for act in &small.acts {
        let _ = writeln!(text, "  {act}");
    }
    let _ = writeln!(text, "  mended: {}", small.mended.join(", "));
    text.push_str(&broken.state);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.jsonl", plan.seed));
    match fs::write(&file, small.text(&what)) {
        Ok(()) => {
            let _ =
                writeln!(text, "To keep it:\nmv {} sandbox/tests/simulation/regressions/", file.display());
        }
        Err(why) => {
            let _ = writeln!(text, "It could not be written to {}: {why}", file.display());
        }
    }
    text
}

fn smallest(mut plan: Plan, mut broken: Broken) -> (Plan, Broken) {
    let mut without = |leave_out: fn(&mut Plan, usize), plan: &mut Plan, from: usize| {
        for n in (0..from).rev() {
            let mut smaller = plan.clone();
            leave_out(&mut smaller, n);
            if let Some(why) = judge(&smaller, None).err().filter(|why| why.check == broken.check) {
                (*plan, broken) = (smaller, why);
            }
        }
    };
    let (acts, objects, mended) = (plan.acts.len(), plan.world.objects.len(), plan.mended.len());
    without(|p, n| drop(p.acts.remove(n)), &mut plan, acts);
    without(|p, n| drop(p.world.objects.remove(n)), &mut plan, objects);
    without(|p, n| drop(p.mended.remove(n)), &mut plan, mended);
    let acts = plan.acts.len();
    without(|p, n| drop(p.acts.remove(n)), &mut plan, acts);
    (plan, broken)
}
