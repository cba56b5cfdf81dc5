//! What no file of the cluster says of itself: what the API as a whole leaves out, and what a comparison of answers does not
//! look at. Kept with the masks (`mask`, `outline`, `ours`) and the rules of `compare`, `pace` and `restarts`.

/// What the API leaves out, by what a reader would look for.
pub const API: [&str; 8] = [
    "attach and port-forward answer a Status error; exec is answered over WebSocket (kubectl 1.30 and newer), not over SPDY",
    "admission webhooks and admission policies are stored and checked, never called or evaluated; so are webhooks of conversion",
    "the Node authorizer and its admission plugin: an account of a node may do what its roles say, no more and no less",
    "certificates are not signed: a CertificateSigningRequest can be made and approved, and gets no certificate",
    "protobuf for custom resources and our own kinds, and for watches (clients take JSON for them, as they do where a server has \
     none); CBOR, which is off by default in Kubernetes, too",
    "proxies into pods, services and nodes (proxy), and servers behind an APIService",
    "JSON and YAML nested deeper than 128 levels are refused, where Kubernetes reads 10,000",
    "with the clock stopped requests are answered and nothing follows from them: no controller, scheduler or kubelet works, and a \
     CustomResourceDefinition is not Established, until time goes on",
];

/// What a comparison with the recorded answers leaves out.
pub const COMPARISON: [&str; 9] = [
    "times, ages and durations, how often an event was repeated (x3 over 5s), sizes of images",
    "uids, resourceVersions, random suffixes of names (hashes of pod templates are compared), ids of containers and of machines, \
     addresses, ports that were chosen at random, tokens, certificates, pointers, names of temporary files",
    "the server's address, the fields of its build, the identities under which its parts hold leases",
    "in logs of kubectl: three kinds of lines (the header of the token, as the reference was recorded with a certificate; the uids \
     of priority and fairness; that a watch ended with its connection), lengths and hashes of documents, where a log cuts a body \
     off (within 48 bytes), the bytes of protobuf",
    "descriptions in OpenAPI and in the columns of Tables, which are our own words; their structure is compared whole",
    "our own API group, which goes from our answers",
    "the order of lines and of objects, the widths of columns, and which of the three equal nodes is called what",
    "in watches: repetitions, how the histories of different objects are interleaved, the very last line, and at which numbers a \
     count stopped between two turns",
    "names of ReplicaSets after a rollout restart, whose hash holds the moment of the restart; headers of raw requests other than \
     Content-Type",
];
