package io.windlass.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The two files of a log, for the one who writes them. */
final class LogFile implements AutoCloseable {
  private final FileChannel data;
  private final FileChannel index;
  private long size;
  private long lines;
  private boolean endsLine;

  private LogFile(FileChannel data, FileChannel index) {
    this.data = data;
    this.index = index;
  }

  static LogFile append(Path path) throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    FileChannel data =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileChannel index = null;
    try {
      index =
          FileChannel.open(
              LineIndex.beside(path),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      var file = new LogFile(data, index);
      file.takeUp();
      return file;
    } catch (IOException | RuntimeException e) {
      data.close();
      if (index != null) {
        index.close();
      }
      throw e;
    }
  }

  /** Finds where a log that is there already ends, from its last indexed line on. */
  private void takeUp() throws IOException {
    long end = data.size();
    LineIndex.Place last = LineIndex.last(index, end);
    index.truncate(LineIndex.bytes(last));
    size = last.offset();
    lines = last.line();
    endsLine = true;
    data.position(size);
    var buffer = ByteBuffer.allocate(64 << 10);
    while (data.read(buffer) >= 0) {
      count(buffer.array(), 0, buffer.position());
      buffer.clear();
    }
    data.position(end);
  }

  void append(byte[] bytes, int offset, int length) throws IOException {
    var buffer = ByteBuffer.wrap(bytes, offset, length);
    while (buffer.hasRemaining()) {
      data.write(buffer);
    }
    count(bytes, offset, length);
  }

  private void count(byte[] bytes, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      size++;
      endsLine = bytes[i] == '\n';
      if (endsLine && ++lines % LineIndex.EVERY == 0) {
        LineIndex.append(index, size);
      }
    }
  }

  long size() {
    return size;
  }

  /** Whether the last byte, if any, ended a line. */
  boolean endsLine() {
    return endsLine;
  }

  void sync() throws IOException {
    data.force(true);
  }

  @Override
  public void close() throws IOException {
    try (data;
        index) {
      index.force(false);
    }
  }
}
