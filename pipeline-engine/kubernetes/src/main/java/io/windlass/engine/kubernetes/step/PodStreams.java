package io.windlass.engine.kubernetes.step;

import com.google.common.util.concurrent.Striped;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import io.windlass.engine.kubernetes.step.DiskSpace.ShortException;
import io.windlass.engine.kubernetes.step.WorkspaceArchive.OversizedException;
import io.windlass.engine.run.StepTask;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/** The streams into the pods of steps and out of them. Thread-safe. */
final class PodStreams {
  /**
   * Says whether it can uncompress, unpacks, and lets {@code receive} go only when all has come. An
   * exec call has no way to say that its input is over, so that the length comes first. Where the
   * input breaks off between two entries tar sees nothing wrong, but then the index is missing,
   * which comes last.
   */
  static final String RECEIVE =
      "umask 022; cd $1 && until [ -p $0/begin ]; do sleep 1; done;"
          + " if command -v gzip >/dev/null; then echo gzip; through='gzip -d';"
          + " else echo plain; through=cat; fi;"
          + " read length && head -c $length | $through | tar -xpf - && [ -s $0/index.json ]"
          + " && echo >$0/begin";

  /**
   * Hands the files out, compressed where it can; those that the step has closed to itself are
   * opened first. How tar ended is lost behind a pipe, and goes over a file.
   */
  static final String SEND =
      "cd $1 && find . -type d ! -perm -700 -exec chmod u+rwx {} \\; &&"
          + " find . -type f ! -perm -400 -exec chmod u+r {} \\; &&"
          + " if command -v gzip >/dev/null; then echo gzip &&"
          + " { wc -c <$0/index.json && cat $0/index.json && tar -cf - .; echo $? >$0/packed; }"
          + " | gzip -1 && read code <$0/packed && exit $code;"
          + " else echo plain && wc -c <$0/index.json && cat $0/index.json && exec tar -cf - .; fi";

  private static final long MINUTES_TO_END = 2;
  private static final int LOCKS = 1024;
  private static final int BUFFER = 64 << 10;
  private static final int LAST_LINES = 400;
  static final int MOST_LAST_BYTES = 256 << 10;

  private final KubernetesClient client;
  private final ExecutorSettings settings;
  private final Pace pace;

  /**
   * By workspace. Whoever reads one must not meet another's changes, and what changes one must be
   * alone: between the look at a folder and the step into it, it could become a link to the
   * server's own files.
   */
  private final Striped<ReadWriteLock> locks = Striped.lazyWeakReadWriteLock(LOCKS);

  /** Held by who takes a workspace back, so that the memory for it is needed once. */
  private final Lock one = new ReentrantLock();

  PodStreams(KubernetesClient client, ExecutorSettings settings, Pace pace) {
    this.client = client;
    this.settings = settings;
    this.pace = pace;
  }

  /**
   * Streams the workspace into a pod that waits for it.
   *
   * @throws ShortException where the server's disk has no room to pack it
   */
  void send(StepTask task, String pod) throws IOException, InterruptedException {
    Path archive = aside(task, ".tar");
    var errors = new Errors();
    try (ExecWatch exec =
        container(pod, StepNames.RECEIVE)
            .redirectingInput()
            .redirectingOutput()
            .writingError(errors)
            .exec("/bin/sh", "-c", RECEIVE, StepNames.CONTROL, "/")) {
      var compressed = new AtomicBoolean();
      pace.keep(() -> compressed.set(compresses(exec.getOutput())), () -> 0);
      sent(task, pack(task, archive, compressed.get()));
      try (InputStream packed = archived(archive)) {
        pace.copy(packed, exec.getInput(), Long.MAX_VALUE);
      }
      ended(exec, errors);
    } catch (KubernetesClientException e) {
      throw new IOException(e);
    } finally {
      Files.deleteIfExists(archive);
    }
  }

  /** Packs the workspace; gives the SHA-256 of its index. */
  private String pack(StepTask task, Path archive, boolean compressed)
      throws IOException, InterruptedException {
    Path index = aside(task, ".index");
    try (OutputStream file = disk(task).write(archive);
        OutputStream output = compressed ? compressing(file) : new BufferedOutputStream(file)) {
      return WorkspaceArchive.pack(
          task.workspace(),
          task.readOnly(),
          WorkspaceBounds.of(settings.workspaceBytes()),
          output,
          index,
          locks.get(task.workspace()).readLock());
    } finally {
      Files.deleteIfExists(index);
    }
  }

  /** An archive as a pod reads it, after its length. */
  private static InputStream archived(Path archive) throws IOException {
    byte[] length = (Files.size(archive) + "\n").getBytes(StandardCharsets.US_ASCII);
    return new SequenceInputStream(new ByteArrayInputStream(length), Files.newInputStream(archive));
  }

  /**
   * Remembers which index a pod gets. It may get several, where one did not arrive, or did and
   * nobody heard of it.
   */
  private static void sent(StepTask task, String index) throws IOException {
    Files.writeString(
        aside(task, ".sent"),
        index + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND,
        StandardOpenOption.SYNC);
  }

  private static Set<String> sent(StepTask task) throws IOException {
    try {
      return Set.copyOf(Files.readAllLines(aside(task, ".sent")));
    } catch (NoSuchFileException e) {
      return Set.of();
    }
  }

  /** Removes what is only needed until the files of an attempt are back. */
  static void forget(StepTask task) throws IOException {
    Files.deleteIfExists(aside(task, ".sent"));
  }

  /** As little work as gives the most of what there is to gain. */
  static OutputStream compressing(OutputStream output) throws IOException {
    var parameters = new GzipParameters();
    parameters.setCompressionLevel(Deflater.BEST_SPEED);
    return new GzipCompressorOutputStream(output, parameters);
  }

  /** What a pod sends after it has said how; see {@link #SEND}. */
  static InputStream uncompressed(InputStream stream) throws IOException {
    return compresses(stream) ? new GZIPInputStream(stream, BUFFER) : stream;
  }

  /** Whether a pod says that it has a program for it. */
  private static boolean compresses(InputStream stream) throws IOException {
    var word = new StringBuilder();
    for (int b = stream.read(); b != '\n'; b = stream.read()) {
      if (b < 0 || word.length() == "plain".length()) {
        throw new IOException("the pod does not say how it packs: " + word);
      }
      word.append((char) b);
    }
    return word.toString().equals("gzip");
  }

  private DiskSpace disk(StepTask task) throws IOException {
    return DiskSpace.of(task.workspace().resolveSibling(""), settings.keepFreeBytes());
  }

  /** A place beside the workspace, on the same file system. */
  private static Path aside(StepTask task, String suffix) {
    return task.workspace().resolveSibling("." + StepNames.job(task.id()) + suffix);
  }

  /**
   * Streams the workspace back from a pod whose step has ended. The stream is put aside as it comes
   * and looked at when it is whole, so that a slow pod keeps nobody waiting.
   *
   * @throws OversizedException where it is more than a step may leave behind
   * @throws ShortException where the server's disk has no room for it
   * @throws UnfitException where it came whole and is not what a pod sends
   */
  void takeBack(StepTask task, String pod) throws IOException, InterruptedException {
    Path received = aside(task, ".back");
    var bounds = WorkspaceBounds.of(settings.workspaceBytes());
    DiskSpace disk = disk(task);
    try {
      receive(pod, received, bounds, disk);
      take(task, received, bounds, disk);
    } finally {
      Files.deleteIfExists(received);
    }
  }

  private void take(StepTask task, Path received, WorkspaceBounds bounds, DiskSpace disk)
      throws IOException, InterruptedException {
    try (InputStream stream =
        uncompressed(new BufferedInputStream(Files.newInputStream(received), BUFFER))) {
      TakenBack.take(
          task.workspace(),
          aside(task, ""),
          stream,
          sent(task),
          bounds,
          disk,
          one,
          locks.get(task.workspace()).writeLock());
    } catch (OversizedException | ShortException e) {
      throw e;
    } catch (IOException e) {
      throw new UnfitException(e);
    }
  }

  /** What came from a pod cannot be taken, and asking again would bring the same. */
  static final class UnfitException extends IOException {
    private static final long serialVersionUID = 1L;

    UnfitException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private void receive(String pod, Path received, WorkspaceBounds bounds, DiskSpace disk)
      throws IOException, InterruptedException {
    var errors = new Errors();
    try (OutputStream output = disk.write(received);
        ExecWatch exec =
            container(pod, StepNames.KEEP)
                .redirectingOutput()
                .writingError(errors)
                .exec("/bin/sh", "-c", SEND, StepNames.CONTROL, StepNames.WORKSPACE)) {
      long most = bounds.streamBytes();
      if (pace.copy(exec.getOutput(), output, most) > most) {
        throw new OversizedException("the pod sent more than %d bytes".formatted(most));
      }
      ended(exec, errors);
    } catch (KubernetesClientException e) {
      throw new IOException(e);
    }
  }

  private static void ended(ExecWatch exec, Errors errors)
      throws IOException, InterruptedException {
    try {
      int code = exec.exitCode().get(MINUTES_TO_END, TimeUnit.MINUTES);
      if (code != 0) {
        throw new IOException(
            "the pod ended with %d: %s"
                .formatted(code, errors.toString(StandardCharsets.UTF_8).strip()));
      }
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the connection to the pod has broken off", e);
    }
  }

  /** The first that a command says of what went wrong; the rest is dropped. */
  static final class Errors extends ByteArrayOutputStream {
    static final int MOST = 64 << 10;

    @Override
    public synchronized void write(int b) {
      if (size() < MOST) {
        super.write(b);
      }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      super.write(bytes, offset, Math.min(length, MOST - size()));
    }
  }

  /** The lines of a step's log, each after its time, until its container has ended. */
  InputStream log(String pod, Optional<Instant> since) throws IOException {
    try {
      var timed = container(pod, StepNames.STEP).usingTimestamps();
      LogWatch watch =
          since.isPresent() ? timed.sinceTime(since.get().toString()).watchLog() : timed.watchLog();
      return new FilterInputStream(watch.getOutput()) {
        @Override
        public void close() {
          watch.close();
        }
      };
    } catch (KubernetesClientException e) {
      throw new IOException(e);
    }
  }

  /**
   * What a container wrote last, in whole lines; empty where it cannot be read. It is more than
   * people want to see, so that a secret of several lines is whole in it.
   *
   * @param before of the start before the last one
   * @param within how long it may take to come
   */
  String lastLines(String pod, String container, boolean before, Duration within)
      throws InterruptedException {
    var reading = new FutureTask<>(() -> lastBytes(container(pod, container), before));
    Thread.ofVirtual().name("last lines of " + pod).start(reading);
    try {
      return whole(reading.get(within.toNanos(), TimeUnit.NANOSECONDS));
    } catch (ExecutionException | TimeoutException e) {
      return "";
    } finally {
      reading.cancel(true);
    }
  }

  private static byte[] lastBytes(ContainerResource log, boolean before) throws IOException {
    try (InputStream lines =
        before
            ? log.terminated().tailingLines(LAST_LINES).getLogInputStream()
            : log.tailingLines(LAST_LINES).getLogInputStream()) {
      return lines.readNBytes(MOST_LAST_BYTES);
    }
  }

  /** Without a line that may have been cut: the half of a secret is not found to be one. */
  private static String whole(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return bytes.length < MOST_LAST_BYTES ? text : text.substring(0, text.lastIndexOf('\n') + 1);
  }

  private ContainerResource container(String pod, String name) {
    return client.pods().inNamespace(settings.namespace()).withName(pod).inContainer(name);
  }
}
