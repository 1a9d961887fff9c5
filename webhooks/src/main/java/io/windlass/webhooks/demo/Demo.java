package io.windlass.webhooks.demo;

import com.fasterxml.jackson.databind.JsonNode;
import gg.jte.html.escape.Escape;
import gg.jte.output.StringOutput;
import io.windlass.engine.local.client.KeeperClient;
import io.windlass.engine.local.client.KeeperException;
import io.windlass.webhooks.client.ApiClient;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The demo's story. Each chapter does one thing that a user would do and claims what a user would
 * see; what is claimed is read over HTTP from the server, its pages, or the application behind the
 * proxy.
 */
public final class Demo {
  private static final String REPOSITORY = "demo/hello";
  private static final String ENVIRONMENT = "production";
  private static final String PROCESS = "web";
  private static final String VERSION_FILE = "src/Version.java";

  /** A version that the sample refuses to start as, and what it says then. */
  private static final String BROKEN = "broken";

  private static final String LAST_WORDS = "refuses to start";
  private static final Duration RUN_WITHIN = Duration.ofMinutes(2);

  private final PrintStream out;
  private final Claims claims;
  private final DemoPlace place;
  private final SampleRepository sample;
  private final ServerProcess server;
  private final WebhookSender github;
  private final DemoApi api;

  private Demo(
      PrintStream out,
      DemoPlace place,
      SampleRepository sample,
      ServerProcess server,
      WebhookSender github,
      DemoApi api) {
    this.out = out;
    this.claims = new Claims(out);
    this.place = place;
    this.sample = sample;
    this.server = server;
    this.github = github;
    this.api = api;
  }

  /**
   * Runs the whole story.
   *
   * @param root the checkout or installation, which has {@code pipelines/}
   * @param data where the demo keeps everything; must not exist or be empty
   * @param stay whether to stay up afterwards, until the process is told to end
   * @return whether each claim was seen
   */
  public static boolean run(PrintStream out, Path root, Path data, boolean stay) throws Exception {
    DemoPlace place = DemoPlace.make(data, REPOSITORY, ENVIRONMENT);
    out.println("Windlass demo. Everything it makes is in " + data);
    try (SampleRepository sample =
        SampleRepository.create(root.resolve("pipelines/samples/java-hello"), place.repository())) {
      out.println("Starting the server, which starts its keeper, on loopback ...");
      ServerProcess server = ServerProcess.start(place.config(), place.log(), place.address());
      Thread cleanUp = new Thread(() -> stopAll(place, server), "demo-clean-up");
      Runtime.getRuntime().addShutdownHook(cleanUp);
      out.println(
          "   dashboard:   "
              + place.address()
              + "  (log in with the token in "
              + place.tokenFile()
              + ")");
      out.println("   application: " + place.application());
      ApiClient client =
          new ApiClient(place.address(), Files.readString(place.tokenFile()).strip());
      WebhookSender github =
          new WebhookSender(
              place.address().resolve("/hooks/github/" + REPOSITORY), place.secret(), REPOSITORY);
      Demo demo =
          new Demo(
              out, place, sample, server, github, new DemoApi(client, REPOSITORY, ENVIRONMENT));
      boolean seen = demo.tell();
      if (stay) {
        out.println();
        out.println("The demo stays up: " + place.address() + " - end it with Ctrl-C.");
        Thread.currentThread().join();
      }
      return seen;
    }
  }

  private static void stopAll(DemoPlace place, ServerProcess server) {
    try {
      server.stop();
      try (KeeperClient keeper = new KeeperClient(place.keeper(), Duration.ofSeconds(5))) {
        long pid = keeper.status().pid();
        keeper.stopAll(Duration.ofSeconds(30));
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
      }
    } catch (KeeperException e) {
      System.err.println(
          "windlass: Tried to stop the demo's keeper and replicas but "
              + e.getMessage()
              + "; look for processes that name the folder "
              + place.folder());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean tell() throws Exception {
    try {
      firstCommit();
      secondCommit();
      brokenCommit();
      killedServer();
      load();
    } catch (ChapterFailed e) {
      out.println(
          "   The demo cannot go on: "
              + e.getMessage()
              + " (the server's log: "
              + place.log()
              + ")");
    }
    claims.summary();
    return claims.allSeen();
  }

  private void firstCommit() throws Exception {
    chapter("A first commit is pushed; GitHub's webhook arrives");
    String sha = push("First version");
    JsonNode run = awaitRun(sha);
    boolean built = run.path("status").asText().equals("succeeded");
    claims.claim(
        "the commit was cloned, compiled, tested, built into an image and rolled out",
        built,
        describe(run));
    Optional<String> answer = Await.seen(Duration.ofSeconds(10), this::applicationAnswers);
    claims.claim(
        "the application answers behind the proxy",
        answer.isPresent(),
        answer.orElse("no answer from " + place.application()));
    if (!built || answer.isEmpty()) {
      throw new ChapterFailed("the first commit did not get live");
    }
    Optional<Integer> two =
        Await.seen(Duration.ofSeconds(20), () -> Optional.of(ready()).filter(n -> n == 2));
    claims.claim("two replicas are ready", two.isPresent(), ready() + " ready");
  }

  private void secondCommit() throws Exception {
    chapter("A second commit is pushed while requests run");
    try (Traffic traffic = new Traffic(place.application(), 4, Duration.ofMillis(5))) {
      sample.edit(VERSION_FILE, "\"1\"", "\"2\"");
      String sha = push("Second version");
      JsonNode run = awaitRun(sha);
      boolean fresh =
          Await.seen(
                  Duration.ofSeconds(10),
                  () -> Optional.of(traffic.lastAnswer()).filter(a -> a.contains("2")))
              .isPresent();
      claims.claim(
          "the new version answers", fresh, "\"" + traffic.lastAnswer() + "\", " + describe(run));
      claims.claim("no request failed meanwhile", clean(traffic), describe(traffic));
      boolean shown =
          api.page("/environments/" + REPOSITORY + "/" + ENVIRONMENT).contains(sha.substring(0, 7));
      claims.claim("the page shows the new version", shown, "commit " + sha.substring(0, 7));
    }
  }

  private void brokenCommit() throws Exception {
    chapter("A commit is pushed whose application does not start");
    try (Traffic traffic = new Traffic(place.application(), 4, Duration.ofMillis(5))) {
      sample.edit(VERSION_FILE, "\"2\"", "\"" + BROKEN + "\"");
      String sha = push("Broken version");
      JsonNode run = awaitRun(sha);
      String text = run.toString();
      claims.claim(
          "the rollout returned by itself",
          run.path("status").asText().equals("failed"),
          describe(run));
      claims.claim(
          "the run says why, with the replica's last lines", text.contains(LAST_WORDS), cause(run));
      claims.claim(
          "the old version kept serving",
          clean(traffic) && traffic.lastAnswer().contains("2"),
          describe(traffic));
    }
  }

  private void killedServer() throws Exception {
    chapter("The server is killed with kill -9 and started again while requests run");
    try (Traffic traffic = new Traffic(place.application(), 4, Duration.ofMillis(5))) {
      server.kill();
      long before = traffic.answered();
      Await.seen(
          Duration.ofSeconds(10),
          () -> Optional.of(traffic.answered()).filter(n -> n > before + 100));
      server.startAgain();
      Optional<Integer> found = Await.seen(Duration.ofSeconds(20), this::settled);
      claims.claim(
          "the server found its fleet again",
          found.isPresent(),
          ready() + " of " + wanted() + " ready");
      claims.claim("no request failed meanwhile", clean(traffic), describe(traffic));
    }
  }

  private void load() throws Exception {
    chapter("Load is applied, on the processor and then on the network");
    scaled("CPU", "cpu", place.application().resolve("/work?ms=40"), 8);
    scaled("network", "network-out", place.application().resolve("/bytes?n=2000000"), 4);
    String path = "/fleets/" + REPOSITORY + "/" + ENVIRONMENT + "/" + PROCESS;
    String page = api.page(path + "?changes=true");
    List<String> sentences = sentences();
    long shown = sentences.stream().filter(sentence -> page.contains(html(sentence))).count();
    claims.claim(
        "the dashboard shows each decision with its reason",
        !sentences.isEmpty() && shown == sentences.size(),
        shown + " of " + sentences.size() + " on " + place.address().resolve(path));
  }

  /** Why the fleet was given each of its sizes since the load began. */
  private List<String> sentences() throws Exception {
    List<String> sentences = new ArrayList<>();
    for (JsonNode decision : api.decisions(PROCESS)) {
      if (decision.path("changed").asBoolean()) {
        sentences.add(decision.path("sentence").asText());
      }
    }
    return sentences;
  }

  private static String html(String text) {
    StringOutput escaped = new StringOutput();
    Escape.htmlContent(text, escaped);
    return escaped.toString();
  }

  private void scaled(String name, String signal, URI target, int clients) throws Exception {
    int start = wanted();
    Optional<Integer> more;
    try (Traffic traffic = new Traffic(target, clients, Duration.ZERO)) {
      more = Await.seen(Duration.ofSeconds(90), () -> Optional.of(wanted()).filter(n -> n > start));
      claims.claim("the scaler added replicas on " + name, more.isPresent(), reason(signal));
      claims.claim("no request failed under " + name + " load", clean(traffic), describe(traffic));
    }
    Optional<Integer> fewer =
        Await.seen(Duration.ofMinutes(2), () -> Optional.of(wanted()).filter(n -> n == start));
    claims.claim(
        "and removed them after it",
        more.isPresent() && fewer.isPresent(),
        "wanted " + wanted() + "; " + reason(""));
  }

  private String push(String message) throws Exception {
    String before = sample.head();
    String after = sample.commit(message);
    WebhookSender.Receipt receipt = github.push(SampleRepository.BRANCH, before, after, message);
    out.println(
        "   pushed "
            + after.substring(0, 7)
            + " \""
            + message
            + "\"; the delivery was answered "
            + receipt.status());
    if (receipt.status() != 202) {
      claims.claim("the webhook is accepted", false, "status " + receipt.status());
      throw new ChapterFailed("the server refused the webhook");
    }
    return after;
  }

  private JsonNode awaitRun(String sha) throws Exception {
    Optional<JsonNode> run = Await.seen(RUN_WITHIN, () -> api.endedRunOf(sha));
    if (run.isEmpty()) {
      claims.claim(
          "the run of " + sha.substring(0, 7) + " ends",
          false,
          "it did not within " + RUN_WITHIN.toSeconds() + " s");
      throw new ChapterFailed("a run did not end");
    }
    return run.get();
  }

  private Optional<String> applicationAnswers() throws InterruptedException {
    try (Traffic traffic = new Traffic(place.application(), 1, Duration.ofMillis(50))) {
      for (int i = 0; i < 20 && traffic.answered() == 0; i++) {
        Thread.sleep(50);
      }
      return Optional.of(traffic.lastAnswer()).filter(answer -> !answer.isEmpty());
    }
  }

  /**
   * The number of ready replicas, once it is what the scaler wants and at least the two that serve.
   */
  private Optional<Integer> settled() throws Exception {
    int ready = ready();
    return ready >= 2 && ready == wanted() ? Optional.of(ready) : Optional.empty();
  }

  private int ready() throws Exception {
    return api.fleet(PROCESS).path("ready").asInt();
  }

  private int wanted() throws Exception {
    return api.fleet(PROCESS).path("wanted").asInt();
  }

  private String reason(String signal) throws Exception {
    for (JsonNode decision : api.decisions(PROCESS)) {
      if (decision.path("changed").asBoolean() && decision.toString().contains(signal)) {
        return decision.path("sentence").asText();
      }
    }
    return "no such decision";
  }

  private void chapter(String title) {
    out.println();
    out.println("== " + title);
  }

  private static boolean clean(Traffic traffic) {
    return traffic.answered() > 0 && traffic.failed() == 0;
  }

  private static String describe(Traffic traffic) {
    String failures =
        traffic.failed() == 0
            ? "none failed"
            : traffic.failed() + " failed, the first: " + traffic.firstFailure();
    return traffic.answered() + " requests answered, " + failures;
  }

  private static String describe(JsonNode run) {
    String cause = cause(run);
    return "run "
        + run.path("number").asLong()
        + " "
        + run.path("status").asText()
        + (cause.isEmpty() ? "" : " (" + cause + ")");
  }

  /** The run's cause, and the last words of the replica that failed, once for all its tries. */
  private static String cause(JsonNode run) {
    Set<String> words = new LinkedHashSet<>();
    for (JsonNode deployment : run.path("deployments")) {
      for (JsonNode line : deployment.path("lastLogLines")) {
        if (line.asText().contains(LAST_WORDS)) {
          words.add("; its log: " + line.asText());
        }
      }
    }
    return run.path("cause").asText("") + String.join("", words);
  }

  /** A part of the story without which the rest makes no sense did not come true. */
  private static final class ChapterFailed extends Exception {
    ChapterFailed(String message) {
      super(message);
    }
  }
}
