package io.windlass.engine.local.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** The files that a process runs from. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Root.Image.class, name = "image"),
  @JsonSubTypes.Type(value = Root.Directory.class, name = "directory")
})
public sealed interface Root {
  /**
   * An image of the machine's content store, unpacked once and shared read-only by all replicas
   * that run it.
   *
   * @param digest {@code sha256:...} of its manifest
   */
  record Image(String digest) implements Root {}

  /**
   * A directory that somebody else unpacked and keeps; its {@code app} directory is the working
   * directory, programs come from the machine.
   *
   * @param path absolute
   */
  record Directory(String path) implements Root {}
}
