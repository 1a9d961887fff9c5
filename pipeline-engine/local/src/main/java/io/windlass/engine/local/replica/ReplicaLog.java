package io.windlass.engine.local.replica;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * A log that whoever is kept writes itself, so that it goes on while no keeper lives: {@code
 * out.log}, and {@code out.log.1} with what came before. It is bounded by copying it away and
 * emptying it, and masked by whoever reads it.
 */
public final class ReplicaLog {
  /** Read from the end at most, however many lines are asked for. */
  private static final int TAIL_BYTES = 64 * 1024;

  private ReplicaLog() {}

  /**
   * Keeps a log below its bound: the end of what there is becomes {@code out.log.1}, readable by
   * the keeper only. Lines that are written in the moment between copy and cut are lost.
   *
   * @param bytes that either file may have
   */
  public static void bound(Path log, long bytes) throws IOException {
    if (Files.notExists(log) || Files.size(log) <= bytes) {
      return;
    }
    try (FileChannel from = FileChannel.open(log, READ, WRITE);
        FileChannel to =
            FileChannel.open(
                older(log), Set.of(CREATE, TRUNCATE_EXISTING, WRITE), Privately.FILE)) {
      long size = from.size();
      long at = Math.max(0, size - bytes);
      while (at < size) {
        at += from.transferTo(at, size - at, to);
      }
      from.truncate(0);
    }
  }

  private static Path older(Path log) {
    return log.resolveSibling(log.getFileName() + ".1");
  }

  /** The last lines, the newest last, over both files; not masked. */
  public static List<String> tail(Path log, int lines) throws IOException {
    byte[] newer = end(log, TAIL_BYTES);
    ByteArrayOutputStream end = new ByteArrayOutputStream();
    end.writeBytes(end(older(log), TAIL_BYTES - newer.length));
    end.writeBytes(newer);
    boolean cut = end.size() == TAIL_BYTES;
    List<String> all = end.toString(StandardCharsets.UTF_8).lines().skip(cut ? 1 : 0).toList();
    return all.subList(Math.max(0, all.size() - lines), all.size());
  }

  /** The last bytes of a file, none where it is not there. */
  private static byte[] end(Path file, int most) throws IOException {
    if (Files.notExists(file)) {
      return new byte[0];
    }
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(0, open.length() - most);
      open.seek(from);
      byte[] end = new byte[(int) (open.length() - from)];
      open.readFully(end);
      return end;
    }
  }
}
