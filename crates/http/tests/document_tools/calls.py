"""Fifteen calls by the client that was generated from the document, and what they come to."""

import hashlib
import io
import sys
import zipfile
from uuid import UUID

from elizabeth_client import AuthenticatedClient, Client
from elizabeth_client.api.contents import (
    add_text,
    archive_contents,
    change_content,
    content_meta,
    delete_contents,
    download_content,
    list_contents,
    prepare_upload,
    put_file,
    upload_contents,
    view_content,
)
from elizabeth_client.api.rooms import create_room
from elizabeth_client.api.tickets import create_ticket
from elizabeth_client.api.tokens import issue_token
from elizabeth_client.api.uploads import complete_upload, prepare_chunked_upload, put_chunk, send_chunk
from elizabeth_client.models import (
    AddText,
    ChangeContent,
    ChunkedManifest,
    ChunkedManifestFile,
    ChunkForm,
    CompleteUpload,
    CreateRoom,
    CreateTicket,
    DeleteContents,
    IssueToken,
    Manifest,
    ManifestFile,
    TicketAction,
    UploadContentsBody,
)
from elizabeth_client.types import File

URL = sys.argv[1]
ROOM = "generated"
FIRST = b"Two files of one form: the first.\n"
SECOND = bytes(range(256)) * 40
CHUNK = 64 << 10
LARGE = bytes(i * i % 251 for i in range(2 * CHUNK + 1000))


def answered(response, status=200):
    """What a call answered, which must be with this status."""
    assert response.status_code == status, (response.status_code, response.content[:1000])
    return response.parsed


def file(name, data):
    return File(payload=io.BytesIO(data), file_name=name, mime_type="application/octet-stream")


def bytes_of(response, status=200):
    return answered(response, status).payload.read()


# 1. create, 2. token
anybody = Client(base_url=URL)
created = answered(create_room.sync_detailed(ROOM, client=anybody, body=CreateRoom(password="hush")))
assert created.name == ROOM and created.owner_key and created.has_password
issued = answered(issue_token.sync_detailed(ROOM, client=anybody, body=IssueToken(password="hush")))
client = AuthenticatedClient(base_url=URL, token=issued.token)

# 3. prepare, 4. upload
manifest = Manifest(files=[ManifestFile("a.txt", len(FIRST)), ManifestFile("b.bin", len(SECOND))])
reserved = answered(prepare_upload.sync_detailed(ROOM, client=client, body=manifest))
form = UploadContentsBody(files=[file("a.txt", FIRST), file("b.bin", SECOND)])
uploaded = answered(
    upload_contents.sync_detailed(ROOM, client=client, body=form, reservation_id=reserved.reservation_id)
)
a, b = uploaded.uploaded
assert (a.file_name, b.sha256) == ("a.txt", hashlib.sha256(SECOND).hexdigest())

# 5. list
listed = answered(list_contents.sync_detailed(ROOM, client=client))
assert [content.file_name for content in listed] == ["a.txt", "b.bin"]

# 6. download, also a range of it; 7. view
assert bytes_of(download_content.sync_detailed(ROOM, b.id, client=client)) == SECOND
part = client.with_headers({"Range": "bytes=10-19"})
assert bytes_of(download_content.sync_detailed(ROOM, b.id, client=part), 206) == SECOND[10:20]
client = AuthenticatedClient(base_url=URL, token=issued.token)
assert bytes_of(view_content.sync_detailed(ROOM, a.id, client=client)) == FIRST

# 8. archive
archive = zipfile.ZipFile(io.BytesIO(bytes_of(archive_contents.sync_detailed(ROOM, client=client))))
assert {name: archive.read(name) for name in archive.namelist()} == {"a.txt": FIRST, "b.bin": SECOND}

# 9. put
body = File(payload=io.BytesIO(FIRST))
put = answered(put_file.sync_detailed(ROOM, "put.txt", client=client, body=body), 201)
assert (put.file_name, put.size) == ("put.txt", len(FIRST))

# 10. text, 11. patch: from the version that its description names
text = answered(add_text.sync_detailed(ROOM, client=client, body=AddText(text="one")), 201)
tag = content_meta.sync_detailed(ROOM, text.id, client=client).headers["etag"]
changing = AuthenticatedClient(base_url=URL, token=issued.token, headers={"If-Match": tag})
changed = answered(change_content.sync_detailed(ROOM, text.id, client=changing, body=ChangeContent(text="two")))
assert (changed.text, changed.version) == ("two", text.version + 1)
late = change_content.sync_detailed(ROOM, text.id, client=changing, body=ChangeContent(text="three"))
assert answered(late, 412).code == "precondition_failed"

# 12. ticket, and what it opens to anybody
asked = CreateTicket(action=TicketAction.DOWNLOAD, content_id=b.id)
ticket = answered(create_ticket.sync_detailed(ROOM, client=client, body=asked), 201)
assert bytes_of(download_content.sync_detailed(ROOM, b.id, client=anybody, ticket=ticket.ticket)) == SECOND

# 13. chunks: as forms and as bodies, the last one first
asked = ChunkedManifest(files=[ChunkedManifestFile("large.bin", len(LARGE), chunk_size=CHUNK)])
reserved = answered(prepare_chunked_upload.sync_detailed(ROOM, client=client, body=asked))
uploader = AuthenticatedClient(base_url=URL, token=reserved.upload_token)
pieces = [LARGE[at : at + CHUNK] for at in range(0, len(LARGE), CHUNK)]
assert reserved.files[0].total_chunks == len(pieces) == 3
for index in (2, 0):
    digest = hashlib.sha256(pieces[index]).hexdigest()
    # What may be left out is sent behind the chunk.
    form = ChunkForm(
        chunk_index=index,
        chunk_size=len(pieces[index]),
        chunk_data=file("chunk", pieces[index]),
        file_index=0,
        chunk_hash=digest,
    )
    sent = answered(send_chunk.sync_detailed(ROOM, client=uploader, body=form))
    assert sent.chunk_hash == digest
digest = hashlib.sha256(pieces[1]).hexdigest()
body = File(payload=io.BytesIO(pieces[1]))
answered(put_chunk.sync_detailed(ROOM, 0, 1, client=uploader, body=body, x_chunk_sha256=digest))

# 14. complete
whole = CompleteUpload(UUID(str(reserved.reservation_id)), final_hash=hashlib.sha256(LARGE).hexdigest())
completed = answered(complete_upload.sync_detailed(ROOM, client=uploader, body=whole))
assert bytes_of(view_content.sync_detailed(ROOM, completed.content.id, client=client)) == LARGE

# 15. delete
ids = [content.id for content in answered(list_contents.sync_detailed(ROOM, client=client))]
assert len(ids) == 5
deleted = answered(delete_contents.sync_detailed(ROOM, client=client, body=DeleteContents(ids=ids)))
assert (deleted.deleted_count, deleted.current_size) == (5, 0)
assert answered(list_contents.sync_detailed(ROOM, client=client)) == []
