//! Kubernetes' protobuf answers as JSON: kubectl asks for protobuf where it knows the types, we ask for JSON.
//! Only the fields that kubectl prints are in the table.

use serde_json::{Map, Value, json};

/// `number name type`; types: `s`tring, `i`nteger, `b`ool (false is left out), `B`ool (kept), `t`ime, `q`uantity,
/// `x` int-or-string, `m`ap, `M`ap of quantities, or a message; `*` is a list.
const MESSAGES: &[(&str, &str)] = &[
    (
        "Meta",
        "1 name s,2 generateName s,3 namespace s,5 uid s,6 resourceVersion s,7 generation i,8 creationTimestamp t,9 deletionTimestamp t,11 labels m,12 annotations m,13 ownerReferences *Owner,14 finalizers *s",
    ),
    ("Owner", "1 kind s,3 name s,4 uid s,5 apiVersion s,6 controller b,7 blockOwnerDeletion b"),
    ("ListMeta", "2 resourceVersion s,3 continue s"),
    ("Ref", "1 kind s,2 namespace s,3 name s,4 uid s,5 apiVersion s,6 resourceVersion s,7 fieldPath s"),
    (
        "Event",
        "1 metadata Meta,2 involvedObject Ref,3 reason s,4 message s,5 source Source,6 firstTimestamp t,7 lastTimestamp t,8 count i,9 type s,10 eventTime t,11 series Series,12 action s,14 reportingComponent s",
    ),
    ("Source", "1 component s,2 host s"),
    ("Series", "1 count i,2 lastObservedTime t"),
    ("ReplicaSet", "1 metadata Meta,2 spec ReplicaSetSpec,3 status ReplicaSetStatus"),
    ("ReplicaSetSpec", "1 replicas i,2 selector Selector,3 template Template,4 minReadySeconds i"),
    ("ReplicaSetStatus", "1 replicas i,3 observedGeneration i,4 readyReplicas i,5 availableReplicas i"),
    ("Selector", "1 matchLabels m,2 matchExpressions *Expression"),
    ("Expression", "1 key s,2 operator s,3 values *s"),
    ("Template", "1 metadata Meta,2 spec PodSpec"),
    ("Pod", "1 metadata Meta,2 spec PodSpec,3 status PodStatus"),
    ("PodStatus", "1 phase s"),
    (
        "PodSpec",
        "2 containers *Container,3 restartPolicy s,4 terminationGracePeriodSeconds i,6 dnsPolicy s,7 nodeSelector m,8 serviceAccountName s,9 serviceAccount s,10 nodeName s,14 securityContext Empty,19 schedulerName s,20 initContainers *Container,22 tolerations *Toleration,24 priorityClassName s",
    ),
    ("Empty", ""),
    ("Toleration", "1 key s,2 operator s,3 value s,4 effect s,5 tolerationSeconds i"),
    (
        "Container",
        "1 name s,2 image s,3 command *s,4 args *s,5 workingDir s,6 ports *Port,7 env *Env,8 resources Resources,9 volumeMounts *Mount,11 readinessProbe Probe,13 terminationMessagePath s,14 imagePullPolicy s,20 terminationMessagePolicy s,24 restartPolicy s",
    ),
    ("Port", "1 name s,2 hostPort i,3 containerPort i,4 protocol s"),
    ("Env", "1 name s,2 value s"),
    ("Resources", "1 limits M,2 requests M"),
    ("Mount", "1 name s,2 readOnly b,3 mountPath s,4 subPath s"),
    (
        "Probe",
        "1 handler Handler,2 initialDelaySeconds i,3 timeoutSeconds i,4 periodSeconds i,5 successThreshold i,6 failureThreshold i",
    ),
    ("Handler", "2 httpGet Get"),
    ("Get", "1 path s,2 port x,4 scheme s"),
    ("Lease", "1 metadata Meta,2 spec LeaseSpec"),
    ("LeaseSpec", "1 holderIdentity s,2 leaseDurationSeconds i,3 acquireTime t,4 renewTime t"),
    ("EndpointSlice", "1 metadata Meta,2 endpoints *Endpoint,3 ports *SlicePort,4 addressType s"),
    ("Endpoint", "1 addresses *s,2 conditions Conditions,3 hostname s,4 targetRef Ref,6 nodeName s,7 zone s"),
    ("Conditions", "1 ready B,2 serving B,3 terminating B"),
    ("SlicePort", "1 name s,2 protocol s,3 port i"),
    ("ResourceQuota", "1 metadata Meta,3 status QuotaStatus"),
    ("QuotaStatus", "1 hard M,2 used M"),
    ("Status", "2 status s,3 message s,4 reason s,5 details Details,6 code i"),
    ("Details", "1 name s,2 group s,3 kind s,4 causes *Cause"),
    ("Cause", "1 reason s,2 message s,3 field s"),
    ("Secret", "1 metadata Meta"),
    ("Other", "1 metadata Meta"),
];

enum Raw<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The object in a `k8s\0` envelope.
pub fn to_json(bytes: &[u8]) -> Value {
    let Some(bytes) = bytes.strip_prefix(b"k8s\0") else { return Value::Null };
    let (mut api_version, mut kind, mut raw): (String, String, &[u8]) = Default::default();
    for (number, value) in fields(bytes) {
        match (number, value) {
            (1, Raw::Bytes(meta)) => {
                for (number, value) in fields(meta) {
                    let Raw::Bytes(text) = value else { continue };
                    let text = String::from_utf8_lossy(text).into_owned();
                    if number == 1 { api_version = text } else { kind = text }
                }
            }
            (2, Raw::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    let mut object = match kind.strip_suffix("List") {
        Some(item) => {
            let mut list = json!({"metadata": {}, "items": []});
            for (number, value) in fields(raw) {
                match (number, value) {
                    (1, Raw::Bytes(bytes)) => list["metadata"] = message("ListMeta", bytes),
                    (2, Raw::Bytes(bytes)) => {
                        list["items"].as_array_mut().unwrap().push(message(item, bytes))
                    }
                    _ => {}
                }
            }
            list
        }
        None => message(&kind, raw),
    };
    object["kind"] = kind.into();
    object["apiVersion"] = api_version.into();
    object
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Raw<'_>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        match tag & 7 {
            0 => found.push((tag >> 3, Raw::Number(varint(&mut bytes)))),
            2 => {
                let length = varint(&mut bytes) as usize;
                let (value, rest) = bytes.split_at(length.min(bytes.len()));
                bytes = rest;
                found.push((tag >> 3, Raw::Bytes(value)));
            }
            1 => bytes = &bytes[8..],
            5 => bytes = &bytes[4..],
            other => panic!("wire type {other}"),
        }
    }
    found
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

fn message(name: &str, bytes: &[u8]) -> Value {
    let schema = MESSAGES.iter().find(|(it, _)| *it == name).map_or("1 metadata Meta", |(_, schema)| schema);
    let mut object = Map::new();
    for (number, raw) in fields(bytes) {
        let field = schema.split(',').find_map(|field| {
            let mut words = field.split(' ');
            let matches = words.next()?.parse() == Ok(number);
            matches.then(|| (words.next().unwrap(), words.next().unwrap()))
        });
        let Some((key, kind)) = field else { continue };
        let value = value(kind.trim_start_matches('*'), &raw);
        if kind.starts_with('*') {
            let list = object.entry(key).or_insert_with(|| json!([]));
            list.as_array_mut().unwrap().push(value);
        } else if kind.eq_ignore_ascii_case("m") {
            let map = object.entry(key).or_insert_with(|| json!({}));
            map.as_object_mut().unwrap().extend(value.as_object().cloned().unwrap());
        } else if key == "handler" {
            object.extend(value.as_object().cloned().unwrap());
        } else if !(value.is_null() || value == "" || value == 0 || value == false && kind == "b") {
            object.insert(key.to_owned(), value);
        }
    }
    Value::Object(object)
}

fn value(kind: &str, raw: &Raw<'_>) -> Value {
    match (kind, raw) {
        ("b" | "B", Raw::Number(number)) => (*number != 0).into(),
        (_, Raw::Number(number)) => (*number as i64).into(),
        ("s", Raw::Bytes(bytes)) => String::from_utf8_lossy(bytes).into_owned().into(),
        ("t", Raw::Bytes(bytes)) => time(bytes),
        ("q", Raw::Bytes(bytes)) => part(bytes, 1, "s"),
        ("x", Raw::Bytes(bytes)) => {
            if part(bytes, 1, "i") == 1 {
                part(bytes, 3, "s")
            } else {
                part(bytes, 2, "i")
            }
        }
        ("m" | "M", Raw::Bytes(bytes)) => {
            let key = part(bytes, 1, "s");
            let key = key.as_str().unwrap_or("").to_owned();
            let kind = if kind == "M" { "q" } else { "s" };
            let value = match part(bytes, 2, kind) {
                Value::Null => "".into(),
                value => value,
            };
            json!({key: value})
        }
        (name, Raw::Bytes(bytes)) => message(name, bytes),
    }
}

fn part(bytes: &[u8], wanted: u64, kind: &str) -> Value {
    let found = fields(bytes).into_iter().find(|(number, _)| *number == wanted);
    found.map_or(Value::Null, |(_, raw)| value(kind, &raw))
}

fn time(bytes: &[u8]) -> Value {
    let seconds = part(bytes, 1, "i").as_i64().unwrap_or(0);
    if seconds <= 0 {
        return Value::Null;
    }
    jiff::Timestamp::from_second(seconds).unwrap().to_string().into()
}

/// Standard base64.
pub fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for byte in text.bytes() {
        let Some(digit) = ALPHABET.iter().position(|it| *it == byte) else { continue };
        bits = bits << 6 | digit as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    out
}
