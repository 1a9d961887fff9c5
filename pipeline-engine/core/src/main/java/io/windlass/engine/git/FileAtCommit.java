package io.windlass.engine.git;

/** What stands at a path of a commit. */
public sealed interface FileAtCommit {
  /** A file, as UTF-8; bytes that are none come as U+FFFD. */
  record Found(String text) implements FileAtCommit {}

  record Absent() implements FileAtCommit {}

  /** Larger than was asked for, in bytes. */
  record TooLarge(long size, long limit) implements FileAtCommit {}

  /** A directory, a link or a submodule, which are not followed. */
  record NotAFile(String kind) implements FileAtCommit {}
}
