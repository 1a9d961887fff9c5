import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sends signed push deliveries as fast as a number of connections allows, each connection waiting for its answer before the next, and
 * prints the rate and the latencies. A delivery counts when it was answered 202.
 *
 * <p>java Load.java URL SECRET-FILE CONNECTIONS SECONDS
 */
final class Load {
  private static final AtomicLong SHA = new AtomicLong(System.nanoTime());

  private Load() {}

  public static void main(String[] args) throws Exception {
    URI hook = URI.create(args[0]);
    byte[] secret = Files.readString(Path.of(args[1])).strip().getBytes(StandardCharsets.UTF_8);
    int connections = Integer.parseInt(args[2]);
    long nanos = Long.parseLong(args[3]) * 1_000_000_000L;
    String repository = hook.getPath().substring("/hooks/github/".length());
    List<long[]> latencies = new ArrayList<>();
    AtomicLong refused = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < connections; i++) {
      threads.add(Thread.ofPlatform().start(() -> {
        long[] mine = send(hook, secret, repository, start + nanos, refused);
        synchronized (latencies) {
          latencies.add(mine);
        }
      }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    System.out.printf(
        "%d connections: %d accepted, %d refused, %.0f/s, latency ms p50 %.2f p95 %.2f p99 %.2f max %.1f%n",
        connections, all.length, refused.get(), all.length / seconds, at(all, 0.5), at(all, 0.95), at(all, 0.99), at(all, 1));
  }

  private static double at(long[] sorted, double share) {
    return sorted.length == 0 ? Double.NaN : sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))] / 1e6;
  }

  private static long[] send(URI hook, byte[] secret, String repository, long end, AtomicLong refused) {
    List<Long> latencies = new ArrayList<>();
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      while (System.nanoTime() < end) {
        byte[] body = body(repository);
        HttpRequest request = HttpRequest.newBuilder(hook)
            .header("Content-Type", "application/json")
            .header("X-GitHub-Event", System.getProperty("event", "push"))
            .header("X-GitHub-Delivery", UUID.randomUUID().toString())
            .header("X-Hub-Signature-256", "sha256=" + HexFormat.of().formatHex(mac.doFinal(body)))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
        long before = System.nanoTime();
        int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        if (status == 202) {
          latencies.add(System.nanoTime() - before);
        } else {
          refused.incrementAndGet();
        }
      }
    } catch (IOException | InterruptedException | java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return latencies.stream().mapToLong(Long::longValue).toArray();
  }

  /** A push of three commits with 20 files each, about 7 kB, as ordinary pushes are; of a branch that no pipeline asks for. */
  private static byte[] body(String repository) {
    String sha = "%040x".formatted(SHA.incrementAndGet());
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
        {"ref":"refs/heads/bench-%s","before":"%s","after":"%s","created":true,"deleted":false,"forced":false,
         "compare":"https://example.com","commits":[%s],"pusher":{"name":"bench","email":"b@example.com"},"sender":{"login":"bench","id":1},
         "repository":{"id":1,"name":"%s","full_name":"%s","private":true,"default_branch":"main","owner":{"login":"%s","id":2},"clone_url":"https://example.com/x.git"}}
        """.formatted(sha.substring(32), "0".repeat(40), sha, commits, name, repository, owner).getBytes(StandardCharsets.UTF_8);
  }
}
