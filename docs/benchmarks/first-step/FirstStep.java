import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Pushes commits one after the other, each after the run before it has ended, and prints how long each part of the way took.
 *
 * <p>java FirstStep.java DIRECTORY SERVER-PORT PROXY-PORT PUSHES
 */
final class FirstStep {
  private static final int WARM_UP = 10;

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Path work;
  private final URI server;
  private final URI proxy;
  private final String token;
  private final List<Double> accepted = new ArrayList<>();
  private final List<Double> step = new ArrayList<>();
  private final List<Double> serving = new ArrayList<>();
  private final List<Double> script = new ArrayList<>();

  private FirstStep(Path work, int port, int apps) throws IOException {
    this.work = work;
    this.server = URI.create("http://127.0.0.1:" + port);
    this.proxy = URI.create("http://127.0.0.1:" + apps + "/");
    this.token = Files.readString(work.resolve("data/admin-token")).strip();
  }

  public static void main(String[] args) throws Exception {
    FirstStep bench = new FirstStep(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    bench.run(Integer.parseInt(args[3]));
  }

  private void run(int pushes) throws Exception {
    git(work, "clone", "-q", "shop.git", "by-script");
    String before = "0".repeat(40);
    for (int i = 1; i <= WARM_UP + pushes; i++) {
      Files.writeString(work.resolve("shop/app/version"), "version " + i + "\n");
      git(work.resolve("shop"), "add", "-A");
      git(work.resolve("shop"), "commit", "-q", "-m", "version " + i);
      git(work.resolve("shop"), "push", "-q", "origin", "main");
      String after = git(work.resolve("shop"), "rev-parse", "HEAD").strip();
      push(i, before, after);
      double scripted = byScript(after);
      if (i > WARM_UP) {
        script.add(scripted);
      }
      before = after;
    }
    System.out.printf(Locale.ROOT, "%d pushes, ms after the webhook was sent%n", pushes);
    print("answered 202", accepted);
    print("first step's process runs", step);
    print("new version serves", serving);
    System.out.println("for comparison, ms after a script was started");
    print("git fetch && git checkout && sh -c step", script);
    System.out.printf(Locale.ROOT, "first step / script: %.2f%n", at(step, 0.5) / at(script, 0.5));
  }

  private void push(int number, String before, String after) throws Exception {
    byte[] body =
        """
        {"ref":"refs/heads/main","before":"%s","after":"%s","created":false,"deleted":false,"forced":false,
         "repository":{"full_name":"bench/shop","default_branch":"main"},"pusher":{"name":"bench"},
         "commits":[{"id":"%s","message":"version %d","author":{"name":"bench"}}],"head_commit":{"id":"%s","message":"version %d"}}
        """.formatted(before, after, after, number, after, number).getBytes(StandardCharsets.UTF_8);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Files.readString(work.resolve("hook.secret")).getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve("/hooks/github/bench/shop"))
            .header("Content-Type", "application/json")
            .header("X-GitHub-Event", "push")
            .header("X-GitHub-Delivery", UUID.randomUUID().toString())
            .header("X-Hub-Signature-256", "sha256=" + HexFormat.of().formatHex(mac.doFinal(body)))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    long sent = now();
    int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    long answered = now();
    if (status != 202) {
      throw new IllegalStateException("the delivery was answered " + status);
    }
    long live = served("version " + number);
    String run = ended(number);
    if (!run.contains("\"status\":\"succeeded\",\"created\"")) {
      throw new IllegalStateException("run " + number + " did not succeed: " + run);
    }
    long began = Long.parseLong(get("/api/v1/runs/bench/shop/" + number + "/steps/test/log").lines().findFirst().orElseThrow().strip());
    if (number > WARM_UP) {
      accepted.add((answered - sent) / 1e6);
      step.add((began - sent) / 1e6);
      serving.add((live - sent) / 1e6);
    }
    if (System.getenv("VERBOSE") != null) {
      System.err.printf(Locale.ROOT, "%d: %.1f %.1f %.1f%n", number, (answered - sent) / 1e6, (began - sent) / 1e6, (live - sent) / 1e6);
      System.err.println(run);
    }
  }

  /** When the proxy first answered with this version. */
  private long served(String version) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(proxy).build();
    long giveUp = now() + 60_000_000_000L;
    while (now() < giveUp) {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() == 200 && answer.body().equals(version)) {
        return now();
      }
      Thread.sleep(5);
    }
    throw new IllegalStateException(version + " never served");
  }

  private String ended(int number) throws Exception {
    while (true) {
      String run = get("/api/v1/runs/bench/shop/" + number);
      if (run.contains("\"ended\":\"")) {
        return run;
      }
      Thread.sleep(20);
    }
  }

  private String get(String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(server.resolve(path)).header("Authorization", "Bearer " + token).build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    return answer.statusCode() == 200 ? answer.body() : "";
  }

  /** What a hook's script would do at the least, in a clone that it has already. */
  private double byScript(String commit) throws Exception {
    long sent = now();
    String out =
        output(
            work.resolve("by-script"),
            List.of("sh", "-c", "git fetch -q origin && git checkout -q --detach \"$1\" && sh -c 'date +%s%N'", "hook", commit));
    return (Long.parseLong(out.strip()) - sent) / 1e6;
  }

  private static String git(Path directory, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git"));
    Collections.addAll(command, arguments);
    return output(directory, command);
  }

  private static String output(Path directory, List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(command + " ended with " + process.exitValue());
    }
    return out;
  }

  /** The clock that {@code date} shows, in nanoseconds since the epoch. */
  private static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private static void print(String what, List<Double> values) {
    System.out.printf(Locale.ROOT, "  %-40s min %7.1f  p50 %7.1f  p95 %7.1f  max %7.1f%n", what, at(values, 0), at(values, 0.5), at(values, 0.95), at(values, 1));
  }

  private static double at(List<Double> values, double share) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(share * sorted.size())));
  }
}
