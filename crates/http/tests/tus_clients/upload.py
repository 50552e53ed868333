"""Uploads a file by tuspy, going on where the stored address says. Prints the upload's address.

Reads from the environment: ENDPOINT, TOKEN, FILE, STORAGE, and perhaps CHUNK_SIZE and CHECKSUM.
"""

import os

from tusclient.client import TusClient
from tusclient.storage.filestorage import FileStorage

options = {}
if "CHUNK_SIZE" in os.environ:
    options["chunk_size"] = int(os.environ["CHUNK_SIZE"])

client = TusClient(os.environ["ENDPOINT"], headers={"Authorization": "Bearer " + os.environ["TOKEN"]})
uploader = client.uploader(
    os.environ["FILE"],
    metadata={"filename": os.path.basename(os.environ["FILE"])},
    store_url=True,
    url_storage=FileStorage(os.environ["STORAGE"]),
    upload_checksum="CHECKSUM" in os.environ,
    **options,
)
uploader.upload()
print(uploader.url)
