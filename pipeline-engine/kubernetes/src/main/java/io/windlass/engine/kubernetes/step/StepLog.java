package io.windlass.engine.kubernetes.step;

import io.windlass.engine.log.LogLimits;
import io.windlass.engine.log.LogWriter;
import io.windlass.engine.run.StepTask;
import io.windlass.engine.secret.Masker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An attempt's log, copied from the cluster, masked before it is written, whole and once although
 * connections break and servers restart.
 *
 * <p>The cluster stamps each line with its time, and gives the lines from a second on. So a place
 * in the log is a second and how many lines with that time or a later one have been copied; beside
 * it stands how long our file was then. It is kept in a file beside the log, each time that nothing
 * of the copied lines is held back by the masker. A server that takes the attempt up cuts the log
 * there and goes on. One thread at a time.
 */
final class StepLog implements AutoCloseable {
  private static final int TAIL_BYTES = 256 << 10;
  private static final int LINE_BYTES = 16 << 10;
  private static final int LONGEST_STAMP = 64;

  /** How many people want to see of a program that has failed. */
  private static final int LAST_LINES = 20;

  private static final long BETWEEN_MARKS_NANOS = 1_000_000_000L;

  /** Gives the lines, each after its time and a blank, from a second on. */
  interface Source {
    InputStream open(Optional<Instant> since) throws IOException;
  }

  /**
   * A place up to which lines were copied.
   *
   * @param size of our file
   * @param lines that are in the file, by the second of their time; all of the last of these
   *     seconds and of the one before it
   */
  record Mark(long size, SortedMap<Long, Long> lines) {
    static final Mark BEGINNING = new Mark(0, new TreeMap<>());

    /** The place in a file; the beginning where there is none, or a power cut has emptied it. */
    static Mark read(Path file) throws IOException {
      if (Files.notExists(file)) {
        return BEGINNING;
      }
      String[] numbers =
          new String(Files.readAllBytes(file), StandardCharsets.US_ASCII).strip().split(" ", -1);
      try {
        SortedMap<Long, Long> lines = new TreeMap<>();
        for (int i = 1; i < numbers.length; i += 2) {
          lines.put(Long.parseLong(numbers[i]), Long.parseLong(numbers[i + 1]));
        }
        long size = Long.parseLong(numbers[0]);
        return size < 0 ? BEGINNING : new Mark(size, lines);
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        return BEGINNING;
      }
    }

    void write(Path file) throws IOException {
      var text = new StringBuilder(Long.toString(size));
      lines.forEach((second, count) -> text.append(' ').append(second).append(' ').append(count));
      Path whole = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(whole, text + "\n");
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private final Path marked;
  private final Masker masker;
  private final LogWriter writer;
  private final LogWriter.Output output;

  /** How many lines were copied in each second, from {@link #first()} on. */
  private final TreeMap<Long, Long> lines = new TreeMap<>();

  private long lastMark = System.nanoTime() - BETWEEN_MARKS_NANOS;

  /** Bytes of a line whose end has not come. */
  private long ofLine;

  private StepLog(Path marked, Masker masker, LogWriter writer) {
    this.marked = marked;
    this.masker = masker;
    this.writer = writer;
    this.output = writer.output();
  }

  /** Opens an attempt's log where it was left. */
  static StepLog open(StepTask task) throws IOException {
    Path file = task.logFile();
    Path marked = marked(file);
    Mark mark = Mark.read(marked);
    if (Files.exists(file)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        mark = channel.size() < mark.size() ? Mark.BEGINNING : mark;
        channel.truncate(mark.size());
      }
    }
    var limits =
        new LogLimits(Math.max(1, task.limits().logBytes() - TAIL_BYTES), TAIL_BYTES, LINE_BYTES);
    Masker masker = Masker.of(task.masked());
    var log = new StepLog(marked, masker, LogWriter.open(file, masker, limits));
    log.lines.putAll(mark.lines());
    return log;
  }

  private static Path marked(Path log) {
    return log.resolveSibling(log.getFileName() + ".mark");
  }

  /** Removes what is only needed as long as the attempt goes on. */
  static void forget(Path log) throws IOException {
    Files.deleteIfExists(marked(log));
  }

  /**
   * Copies what the source has from where we are, until it ends or breaks.
   *
   * @return whether there was anything new
   */
  boolean copy(Source source) throws IOException {
    Optional<Instant> since =
        lines.isEmpty() ? Optional.empty() : Optional.of(Instant.ofEpochSecond(first()));
    long known = lines.values().stream().mapToLong(Long::longValue).sum();
    try (InputStream input = source.open(since)) {
      return new Copy(input, known, ofLine).run();
    }
  }

  /** One reading of the source: the lines that we have are passed over. */
  private final class Copy {
    private final InputStream input;
    private final byte[] buffer = new byte[64 << 10];
    private final StringBuilder stamp = new StringBuilder();
    private long known;
    private long knownOfLine;
    private boolean inStamp = true;
    private long second;
    private boolean fresh;

    Copy(InputStream input, long known, long knownOfLine) {
      this.input = input;
      this.known = known;
      this.knownOfLine = knownOfLine;
    }

    boolean run() throws IOException {
      for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
        int from = 0;
        while (from < read) {
          from = inStamp ? stamp(from, read) : text(from, read);
        }
        mark();
      }
      return fresh;
    }

    private int stamp(int from, int to) throws IOException {
      for (int i = from; i < to; i++) {
        if (buffer[i] == ' ') {
          second = parse(stamp.toString());
          inStamp = false;
          stamp.setLength(0);
          return i + 1;
        }
        if (stamp.length() > LONGEST_STAMP) {
          throw new IOException("the cluster's log has a line without a time");
        }
        stamp.append((char) buffer[i]);
      }
      return to;
    }

    private static long parse(String stamp) throws IOException {
      try {
        return Instant.parse(stamp).getEpochSecond();
      } catch (DateTimeParseException e) {
        throw new IOException("the cluster's log has a line without a time: " + stamp, e);
      }
    }

    private int text(int from, int to) throws IOException {
      int end = from;
      while (end < to && buffer[end] != '\n') {
        end++;
      }
      boolean whole = end < to;
      int next = whole ? end + 1 : to;
      if (known == 0) {
        write(from, next - from);
      }
      if (whole) {
        inStamp = true;
        if (known > 0) {
          known--;
        } else {
          ofLine = 0;
          knownOfLine = 0;
          count(second);
        }
      }
      return next;
    }

    private void write(int from, int length) throws IOException {
      int passed = (int) Math.min(knownOfLine, length);
      knownOfLine -= passed;
      if (length > passed) {
        output.write(buffer, from + passed, length - passed);
        ofLine += length - passed;
        fresh = true;
      }
    }
  }

  private void count(long second) {
    lines.merge(second, 1L, Long::sum);
    lines.headMap(first()).clear();
  }

  /**
   * The second from which lines are asked for: the one before the last that we have a line of,
   * whether it has lines yet or not, since two outputs are stamped apart and a line may come after
   * one of a later time.
   */
  private long first() {
    return lines.lastKey() - 1;
  }

  /** Keeps the place where this is due and everything up to it is in the file. */
  private void mark() throws IOException {
    boolean whole = ofLine == 0 && output.settled() && writer.bytes() == writer.size();
    if (whole && !lines.isEmpty() && System.nanoTime() - lastMark >= BETWEEN_MARKS_NANOS) {
      lastMark = System.nanoTime();
      new Mark(writer.size(), lines).write(marked);
    }
  }

  /** A line of our own, before those of the step begin or after they have ended. */
  void say(String text) throws IOException {
    line("[windlass: " + text + "]");
  }

  /**
   * What another program wrote last.
   *
   * @param program its name, before each line
   * @param text masked as a whole, since a secret may have several lines; the last of it is kept
   */
  void lastLines(String program, String text) throws IOException {
    List<String> lines = masker.mask(text).lines().toList();
    for (String line : lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())) {
      line(program + ": " + line);
    }
  }

  private void line(String text) throws IOException {
    writer.line(text);
  }

  /** How much was written to it, by any thread. */
  long bytes() {
    return writer.bytes();
  }

  @Override
  public void close() throws IOException {
    output.close();
    writer.close();
  }
}
