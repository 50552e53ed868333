// Uploads a file by tus-js-client, going on where the stored address says. Prints the upload's address.
//
// Reads from the environment: ENDPOINT, TOKEN, FILE, STORAGE, and perhaps CHUNK_SIZE, PARALLEL and NO_RETRIES.

const fs = require("node:fs");
const path = require("node:path");
const tus = require("tus-js-client");

const { CHUNK_SIZE, ENDPOINT, FILE, NO_RETRIES, PARALLEL, STORAGE, TOKEN } = process.env;
const options = {};
if (CHUNK_SIZE) options.chunkSize = Number(CHUNK_SIZE);
if (NO_RETRIES) options.retryDelays = null;
if (PARALLEL) options.parallelUploads = Number(PARALLEL);

const upload = new tus.Upload(fs.createReadStream(FILE), {
  endpoint: ENDPOINT,
  headers: { Authorization: `Bearer ${TOKEN}` },
  metadata: { filename: path.basename(FILE) },
  urlStorage: new tus.FileUrlStorage(STORAGE),
  ...options,
  onError: (error) => {
    console.error(String(error));
    process.exit(1);
  },
  onSuccess: () => {
    console.log(upload.url);
    process.exit(0);
  },
});

upload.findPreviousUploads().then((previous) => {
  if (previous.length > 0) upload.resumeFromPreviousUpload(previous[0]);
  upload.start();
});
