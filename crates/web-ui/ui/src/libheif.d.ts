/** The part of the library that is used. Its own types say nothing of it. */
declare module "libheif-js/libheif-wasm/libheif.js" {
  export interface HeifImage {
    get_width(): number;
    get_height(): number;
    display(
      into: { data: Uint8ClampedArray; width: number; height: number },
      then: (done: object | null) => void,
    ): void;
  }
  interface LibHeif {
    HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] };
  }
  const load: (options: { wasmBinary: ArrayBuffer }) => LibHeif | Promise<LibHeif>;
  export default load;
}
