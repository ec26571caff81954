"""A Data Lake Gen2 account on loopback: one port that answers the blob and the dfs API.

What it does
  Serves one account with a hierarchical namespace under
  `http://127.0.0.1:PORT/ACCOUNT/...`. Both APIs see the same directories and files. Their
  bytes, properties, metadata and leases are blobs of a real Azurite behind it, under names
  that never change; names, access control and expiry are kept here. So a rename is one
  step, whatever is below, and keeps ETag and Last-Modified.

  dfs: Filesystem List, Create, Get and Set Properties, Delete; Path Create, rename (legacy
  and posix mode), append, flush, setProperties, setAccessControl(Recursive), Lease, Read,
  List, Get Properties (getStatus, getAccessControl), Delete. Also Set Blob Expiry.
  blob: what Azurite answers for block and append blobs, and List Blobs over the namespace,
  where directories are blobs that bear `hdi_isfolder`, or prefixes.
  Who asks is checked: Shared Key here, and what a SAS allows; so are conditions.
  Get Account Information says that the account is hierarchical; tags, snapshots, versions
  and page blobs are refused as such accounts refuse them.
  `faults.Rule` does harm on request (`Lake.rules`), `Lake.log` and `Lake.counts` say what
  was asked, `Lake.limits` makes pages and batches short, `Lake.acl_refused` makes a
  recursive change of access fail on some paths, `Lake.names` gives object ids a name.
  `python -m tests.servers.lake --sample` serves one to look at.

Where both APIs have the same request (GET, HEAD and DELETE of a bare path), it is dfs when
it accepts JSON, as the generated clients of the two say. Listings go by the names of each
directory in turn: `a`, `a/b`, then `a-b`. A rename with a SAS needs one on its source too.

What it does not
  No tokens of Entra ID, so no user delegation SAS and no check of ACLs: who holds the key
  or a SAS is the superuser. No public access. No snapshots, versions, tags, page blobs,
  soft delete or undelete, encryption scopes, structured bodies. Bodies of requests are
  held in memory. One account; loopback and http only.
"""
