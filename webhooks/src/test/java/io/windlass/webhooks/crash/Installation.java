package io.windlass.webhooks.crash;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.windlass.engine.local.client.KeeperClient;
import io.windlass.engine.local.client.KeeperException;
import io.windlass.engine.local.protocol.FleetStatus;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ReplicaStatus;
import io.windlass.webhooks.client.ApiClient;
import io.windlass.webhooks.client.ApiException;
import io.windlass.webhooks.demo.DemoPlace;
import io.windlass.webhooks.demo.SampleRepository;
import io.windlass.webhooks.demo.ServerProcess;
import io.windlass.webhooks.demo.WebhookSender;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/** A server, a keeper and a repository of their own, and what can be done to them. */
final class Installation implements AutoCloseable {
  static final String REPOSITORY = "acme/tiny";
  static final String ENVIRONMENT = "production";
  static final String FLEET = REPOSITORY + "/" + ENVIRONMENT + "/web";

  /** Only to fail by, on the slowest machine. */
  static final Duration AT_LAST = Duration.ofMinutes(4);

  private static final Duration LOOK = Duration.ofMillis(20);

  private final DemoPlace place;
  private final SampleRepository repository;
  private final ServerProcess server;
  private final ApiClient api;
  private final KeeperClient keeper;
  private final Developer developer;

  private Installation(
      DemoPlace place, SampleRepository repository, ServerProcess server, Random random)
      throws IOException {
    this.place = place;
    this.repository = repository;
    this.server = server;
    this.api = new ApiClient(place.address(), Files.readString(place.tokenFile()).strip());
    this.keeper = new KeeperClient(place.keeper(), Duration.ofSeconds(60));
    this.developer =
        new Developer(
            repository,
            new WebhookSender(
                place.address().resolve("/hooks/github/" + REPOSITORY), place.secret(), REPOSITORY),
            random);
  }

  /** Starts it in {@code folder}, with no commit yet. */
  static Installation start(Path folder, Random random) throws Exception {
    // Steps and replicas run as users of their own, who must pass through.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    DemoPlace place = DemoPlace.make(folder.resolve("windlass"), REPOSITORY, ENVIRONMENT);
    Path sample = folder.resolve("sample");
    TinyApplication.write(Files.createDirectory(sample));
    SampleRepository repository = SampleRepository.create(sample, place.repository());
    ServerProcess server = ServerProcess.start(place.config(), place.log(), place.address());
    return new Installation(place, repository, server, random);
  }

  Developer developer() {
    return developer;
  }

  ServerProcess server() {
    return server;
  }

  URI application() {
    return place.application();
  }

  Path data() {
    return place.data();
  }

  /** Waits until a look sees what it looks for; a server that is down is looked at again. */
  static void until(String what, Look look) {
    await(what).atMost(AT_LAST).pollInterval(LOOK).ignoreExceptions().until(look::seen);
  }

  /** A look from outside. */
  interface Look {
    boolean seen() throws Exception;
  }

  JsonNode get(String path) throws ApiException {
    return api.get("/api/v1/" + path);
  }

  void post(String path) throws ApiException {
    api.post("/api/v1/" + path, Map.of());
  }

  /** All items of a list that is paged by the field {@code position} of its items. */
  List<JsonNode> decisions() throws ApiException {
    List<JsonNode> all = new ArrayList<>();
    String from = "";
    while (true) {
      JsonNode items = get("repositories/" + REPOSITORY + "/decisions?limit=200" + from);
      items.path("items").forEach(all::add);
      if (items.path("items").isEmpty()) {
        return all;
      }
      from = "&before=" + all.getLast().path("position").asLong();
    }
  }

  List<JsonNode> deliveries() throws ApiException {
    return pages("deliveries?limit=200");
  }

  List<JsonNode> runs() throws ApiException {
    return pages("runs?limit=100");
  }

  private List<JsonNode> pages(String path) throws ApiException {
    List<JsonNode> all = new ArrayList<>();
    JsonNode page = get(path);
    page.path("items").forEach(all::add);
    while (page.hasNonNull("next")) {
      page = get(path + "&before=" + page.path("next").asText());
      page.path("items").forEach(all::add);
    }
    return all;
  }

  /** The whole of the newest run of a commit, once there is one. */
  Optional<JsonNode> runOf(String sha) throws ApiException {
    JsonNode items = get("runs?limit=1&repository=" + REPOSITORY + "&sha=" + sha).path("items");
    return items.isEmpty()
        ? Optional.empty()
        : Optional.of(get("runs/" + REPOSITORY + "/" + items.get(0).path("number").asLong()));
  }

  JsonNode environment() throws ApiException {
    return get("environments/" + REPOSITORY + "/" + ENVIRONMENT);
  }

  FleetStatus fleet() throws KeeperException, InterruptedException {
    return keeper.fleet(FLEET);
  }

  /** Whether every replica is ready, of one release, and as many as wanted. */
  boolean settled() throws KeeperException, InterruptedException {
    FleetStatus fleet = fleet();
    List<ReplicaStatus> replicas = fleet.replicas();
    return fleet.wanted().filter(wanted -> wanted == replicas.size()).isPresent()
        && replicas.stream().allMatch(replica -> replica.phase() == Phase.READY)
        && replicas.stream().map(ReplicaStatus::release).distinct().count() == 1;
  }

  /** The process of each replica that gets traffic. */
  Map<String, Long> ready() throws KeeperException, InterruptedException {
    return fleet().replicas().stream()
        .filter(replica -> replica.phase() == Phase.READY && replica.pid().isPresent())
        .collect(Collectors.toMap(ReplicaStatus::id, replica -> replica.pid().orElseThrow()));
  }

  /** Kills the keeper as {@code kill -9} does, and returns when it is gone. */
  void killKeeper() throws KeeperException, InterruptedException {
    long pid = keeper.status().pid();
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    until("the keeper is gone", () -> !Processes.runs(pid));
  }

  /** Returns when the keeper answers that the server has started in place of one that is gone. */
  void awaitKeeper() throws KeeperException, InterruptedException {
    keeper.status();
  }

  /** What runs of it. */
  List<Processes.Found> processes() throws IOException {
    return Processes.of(place.folder());
  }

  /** Ends everything as an operator would: the server, the replicas, the keeper. */
  void stop() throws KeeperException, InterruptedException {
    server.stop();
    long pid = keeper.status().pid();
    keeper.stopAll(AT_LAST);
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    until("the keeper ends", () -> !Processes.runs(pid));
  }

  /** Leaves nothing behind, whatever has happened before. */
  @Override
  public void close() throws IOException {
    try {
      server.kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    keeper.close();
    repository.close();
    for (Processes.Found left : processes()) {
      ProcessHandle.of(left.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }
  }
}
