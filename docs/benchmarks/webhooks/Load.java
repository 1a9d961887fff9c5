import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sends signed deliveries over a number of connections, each waiting for its answer before the next, and prints the rate and the latencies.
 * A delivery counts when it was answered 202. It shares the machine with the server, so it writes HTTP by hand and spends little itself.
 *
 * <p>The first second is not counted: in it this program itself gets warm.
 *
 * <p>With a rate, deliveries are due at fixed times whether or not the ones before were answered, and a latency counts from when its delivery was due.
 * Without one, each connection sends as fast as it is answered.
 *
 * <p>java Load.java URL SECRET-FILE CONNECTIONS SECONDS COMMITS-FILE [RATE]
 */
final class Load {
  private static final AtomicLong NEXT = new AtomicLong(System.nanoTime());

  private record Work(URI hook, byte[] secret, String event, String repository, List<String> commits, long counted, long end, long gap) {}

  private Load() {}

  public static void main(String[] args) throws Exception {
    URI hook = URI.create(args[0]);
    byte[] secret = Files.readString(Path.of(args[1])).strip().getBytes(StandardCharsets.UTF_8);
    int connections = Integer.parseInt(args[2]);
    long rate = args.length > 5 ? Long.parseLong(args[5]) : 0;
    List<String> commits = Files.readAllLines(Path.of(args[4]));
    long start = System.nanoTime();
    long counted = start + 1_000_000_000L;
    Work work =
        new Work(
            hook,
            secret,
            System.getProperty("event", "push"),
            hook.getPath().substring("/hooks/github/".length()),
            commits,
            counted,
            counted + Long.parseLong(args[3]) * 1_000_000_000L,
            rate == 0 ? 0 : connections * 1_000_000_000L / rate);
    List<long[]> latencies = new ArrayList<>();
    AtomicLong refused = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      long first = start + work.gap() * i / connections;
      threads.add(Thread.ofPlatform().start(() -> {
        long[] mine = send(work, first, refused);
        synchronized (latencies) {
          latencies.add(mine);
        }
      }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    double seconds = (System.nanoTime() - counted) / 1e9;
    long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "%d connections%s: %d accepted, %d refused, %.0f/s, latency ms p50 %.2f p95 %.2f p99 %.2f max %.1f%n",
        connections, rate == 0 ? "" : " at " + rate + "/s", all.length, refused.get(), all.length / seconds,
        at(all, 0.5), at(all, 0.95), at(all, 0.99), at(all, 1));
  }

  private static double at(long[] sorted, double share) {
    return sorted.length == 0 ? Double.NaN : sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))] / 1e6;
  }

  private static long[] send(Work work, long first, AtomicLong refused) {
    long[] latencies = new long[1 << 20];
    int count = 0;
    try (Socket socket = new Socket(work.hook().getHost(), work.hook().getPort())) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(work.secret(), "HmacSHA256"));
      for (long due = first; due < work.end() && System.nanoTime() < work.end(); due += work.gap()) {
        byte[] request = request(work, mac);
        while (work.gap() > 0 && System.nanoTime() < due) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        long from = work.gap() > 0 ? due : System.nanoTime();
        out.write(request);
        if (answer(in) == 202) {
          if (from >= work.counted()) {
            latencies[count++] = System.nanoTime() - from;
          }
        } else {
          refused.incrementAndGet();
        }
      }
    } catch (IOException | java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return Arrays.copyOf(latencies, count);
  }

  private static byte[] request(Work work, Mac mac) {
    byte[] body = body(work);
    byte[] head =
        """
        POST %s HTTP/1.1\r
        Host: %s:%d\r
        Content-Type: application/json\r
        Content-Length: %d\r
        X-GitHub-Event: %s\r
        X-GitHub-Delivery: %s\r
        X-Hub-Signature-256: sha256=%s\r
        \r
        """
            .formatted(
                work.hook().getPath(), work.hook().getHost(), work.hook().getPort(), body.length, work.event(), UUID.randomUUID(),
                HexFormat.of().formatHex(mac.doFinal(body)))
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  /** Reads one answer to its end and returns its status. */
  private static int answer(InputStream in) throws IOException {
    int status = Integer.parseInt(line(in).substring("HTTP/1.1 ".length()).substring(0, 3));
    long length = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Long.parseLong(line.substring(15).strip());
      }
    }
    in.skipNBytes(length);
    return status;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  /** A push of a new branch at one of the commits: three commits with 20 files each, about 7 kB, as ordinary pushes are. */
  private static byte[] body(Work work) {
    long number = NEXT.incrementAndGet();
    String sha = work.commits().get((int) (number % work.commits().size()));
    String repository = work.repository();
    String owner = repository.substring(0, repository.indexOf('/'));
    String name = repository.substring(repository.indexOf('/') + 1);
    StringBuilder commits = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      StringBuilder files = new StringBuilder();
      for (int f = 0; f < 20; f++) {
        files.append(f == 0 ? "" : ",").append("\"src/main/java/com/example/shop/order/internal/Component").append(i).append(f).append(".java\"");
      }
      commits.append(i == 0 ? "" : ",").append("""
          {"id":"%s","message":"Change the order of things, number %d","timestamp":"2026-01-01T00:00:00Z","url":"https://example.com/c",
           "author":{"name":"A","email":"a@example.com"},"committer":{"name":"A","email":"a@example.com"},"added":[],"removed":[],"modified":[%s]}
          """.formatted(sha, i, files));
    }
    return """
        {"ref":"refs/heads/bench-%d","before":"%s","after":"%s","created":true,"deleted":false,"forced":false,
         "compare":"https://example.com","commits":[%s],"pusher":{"name":"bench","email":"b@example.com"},"sender":{"login":"bench","id":1},
         "repository":{"id":1,"name":"%s","full_name":"%s","private":true,"default_branch":"main","owner":{"login":"%s","id":2},"clone_url":"https://example.com/x.git"}}
        """.formatted(number, "0".repeat(40), sha, commits, name, repository, owner).getBytes(StandardCharsets.UTF_8);
  }
}
