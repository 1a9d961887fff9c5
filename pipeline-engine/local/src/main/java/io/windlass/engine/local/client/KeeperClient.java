package io.windlass.engine.local.client;

import io.windlass.engine.local.client.KeeperException.Kind;
import io.windlass.engine.local.protocol.Beside;
import io.windlass.engine.local.protocol.Control;
import io.windlass.engine.local.protocol.Failure;
import io.windlass.engine.local.protocol.FleetStatus;
import io.windlass.engine.local.protocol.Json;
import io.windlass.engine.local.protocol.KeeperStatus;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.ReplicaSeries;
import io.windlass.engine.local.protocol.Resize;
import io.windlass.engine.local.protocol.RolloutStatus;
import io.windlass.engine.local.protocol.Shift;
import io.windlass.engine.local.protocol.StepStart;
import io.windlass.engine.local.protocol.StepStatus;
import io.windlass.engine.local.protocol.TakenAway;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Speaks the keeper's protocol. Thread-safe and blocking.
 *
 * <p>While the keeper is away (being upgraded, killed and started again) a call tries again until
 * it is back or the client's patience is over. That is safe because every request may be sent
 * twice. Whose the socket is, is looked at each time before anything is sent.
 */
public final class KeeperClient implements AutoCloseable {
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final int ANSWER_LIMIT = 64 << 20;

  /** More calls than these at a time wait for each other. */
  private static final int CONNECTIONS = 256;

  /** Replicas are given their time to drain; asked again, it goes on from where it was. */
  private static final Duration REMOVAL = Duration.ofMinutes(5);

  private final Path directory;
  private final Duration patience;
  private final HttpClient http = http();

  /**
   * @param keeperDirectory the keeper's data directory; its socket is found there
   * @param patience how long a call waits for a keeper that cannot be reached
   */
  public KeeperClient(Path keeperDirectory, Duration patience) {
    this.directory = keeperDirectory;
    this.patience = patience;
  }

  public KeeperStatus status() throws KeeperException, InterruptedException {
    return read(get("/v1/status"), KeeperStatus.class);
  }

  public List<FleetStatus> fleets() throws KeeperException, InterruptedException {
    return readList(get("/v1/fleets"), FleetStatus.class);
  }

  /** One fleet; {@link Kind#NOT_FOUND} where the keeper has not heard of it. */
  public FleetStatus fleet(String fleet) throws KeeperException, InterruptedException {
    return read(get("/v1/fleet?name=" + encode(fleet)), FleetStatus.class);
  }

  public void resize(Resize resize) throws KeeperException, InterruptedException {
    send("POST", "/v1/fleet/size", resize);
  }

  /** Stores the release's description and unpacks its images. Blocks until that is done. */
  public void prepare(ReleaseSpec release) throws KeeperException, InterruptedException {
    send("POST", "/v1/releases", release);
  }

  public void shift(Shift shift) throws KeeperException, InterruptedException {
    send("POST", "/v1/shift", shift);
  }

  /** A keeper of the version before does not have it: {@link Kind#NOT_FOUND}. */
  public void beside(Beside beside) throws KeeperException, InterruptedException {
    send("POST", "/v1/beside", beside);
  }

  public RolloutStatus rollout(String environment, String release)
      throws KeeperException, InterruptedException {
    return read(
        get("/v1/rollout?environment=" + encode(environment) + "&release=" + encode(release)),
        RolloutStatus.class);
  }

  /** Forgets a release that has no share any more; does nothing while it has one. */
  public void retire(String environment, String release)
      throws KeeperException, InterruptedException {
    exchange(
        "DELETE",
        "/v1/release?environment=" + encode(environment) + "&release=" + encode(release),
        Optional.empty(),
        ANSWER);
  }

  /**
   * Brings back what ran besides this release, or before it; where nothing did, all of the
   * environment goes as by {@link #remove}. A keeper of the version before does not have it: {@link
   * Kind#NOT_FOUND}.
   */
  public TakenAway takeAway(String environment, String release)
      throws KeeperException, InterruptedException {
    return read(
        exchange(
            "POST",
            "/v1/take-away?environment=" + encode(environment) + "&release=" + encode(release),
            Optional.empty(),
            REMOVAL),
        TakenAway.class);
  }

  /**
   * Takes all of an environment away: replicas, drained where they serve, routes, sizes, releases.
   * Blocks until nothing is left.
   */
  public void remove(String environment) throws KeeperException, InterruptedException {
    exchange("DELETE", "/v1/environment?name=" + encode(environment), Optional.empty(), REMOVAL);
  }

  /** Starts a step, or finds the one that was started under this id. */
  public StepStatus start(StepStart step) throws KeeperException, InterruptedException {
    return read(send("POST", "/v1/steps", step), StepStatus.class);
  }

  /** Answers as soon as the step has ended, and after {@code wait} at the latest. */
  public StepStatus watch(String id, Duration wait) throws KeeperException, InterruptedException {
    byte[] answer =
        exchange(
            "GET",
            "/v1/step?id=" + encode(id) + "&wait-ms=" + wait.toMillis(),
            Optional.empty(),
            wait.plus(ANSWER));
    return read(answer, StepStatus.class);
  }

  /** Stops a step and all that it has started. No error where it is over or was never begun. */
  public void cancel(String id) throws KeeperException, InterruptedException {
    exchange("POST", "/v1/step/cancel?id=" + encode(id), Optional.empty(), ANSWER);
  }

  /** Lets the keeper forget a step that has ended. */
  public void acknowledge(String id) throws KeeperException, InterruptedException {
    exchange("DELETE", "/v1/step?id=" + encode(id), Optional.empty(), ANSWER);
  }

  /** The last lines of a step that was started without a log file, masked, the newest last. */
  public List<String> stepLog(String id, int lines) throws KeeperException, InterruptedException {
    return readList(get("/v1/step/log?id=" + encode(id) + "&lines=" + lines), String.class);
  }

  /**
   * What was measured of a fleet's replicas.
   *
   * @param window back from now
   * @param points samples per replica at most, the first and the last of the window among them
   */
  public List<ReplicaSeries> samples(String fleet, Duration window, int points)
      throws KeeperException, InterruptedException {
    return readList(
        get(
            "/v1/samples?fleet="
                + encode(fleet)
                + "&window-ms="
                + window.toMillis()
                + "&points="
                + points),
        ReplicaSeries.class);
  }

  /** The last lines of a replica's log, masked, the newest last. */
  public List<String> replicaLog(String replica, int lines)
      throws KeeperException, InterruptedException {
    return readList(
        get("/v1/replica/log?replica=" + encode(replica) + "&lines=" + lines), String.class);
  }

  /**
   * Stops every replica and step, drained where they serve, and forgets the fleets' sizes. Blocks
   * until nothing is left. The keeper itself stays.
   */
  public void stopAll(Duration atMost) throws KeeperException, InterruptedException {
    exchange("POST", "/v1/stop-all", Optional.empty(), atMost);
  }

  @Override
  public void close() {
    try {
      http.stop();
    } catch (Exception e) {
      throw new IllegalStateException("Tried to stop asking the keeper but could not", e);
    }
  }

  private static HttpClient http() {
    QueuedThreadPool threads = new QueuedThreadPool(4, 1);
    threads.setName("keeper-client");
    threads.setReservedThreads(0);
    threads.setDaemon(true);
    ClientConnector connector = new ClientConnector();
    // Nothing here speaks TLS, and what the machine trusts would take megabytes.
    connector.setSslContextFactory(
        new SslContextFactory.Client() {
          @Override
          protected void doStart() {}
        });
    HttpClient http = new HttpClient(new HttpClientTransportOverHTTP(connector));
    http.setExecutor(threads);
    http.setConnectTimeout(5_000);
    http.setFollowRedirects(false);
    http.setUserAgentField(null);
    http.setMaxConnectionsPerDestination(CONNECTIONS);
    try {
      http.start();
    } catch (Exception e) {
      throw new IllegalStateException("Tried to be able to ask a keeper but could not", e);
    }
    return http;
  }

  private byte[] get(String path) throws KeeperException, InterruptedException {
    return exchange("GET", path, Optional.empty(), ANSWER);
  }

  private byte[] send(String method, String path, Object body)
      throws KeeperException, InterruptedException {
    byte[] json = Json.write(body);
    if (json.length > Control.BODY_LIMIT) {
      throw new KeeperException(
          Kind.REFUSED,
          "Tried to tell the keeper a "
              + body.getClass().getSimpleName()
              + " but it has "
              + json.length
              + " bytes; "
              + Control.BODY_LIMIT
              + " are allowed");
    }
    // Unpacking an image of hundreds of megabytes is the longest of these.
    return exchange(method, path, Optional.of(json), Duration.ofMinutes(5));
  }

  private byte[] exchange(String method, String path, Optional<byte[]> body, Duration answer)
      throws KeeperException, InterruptedException {
    long giveUp = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        return judge(path, exchangeOnce(method, path, body, answer));
      } catch (Control.ImpostorException e) {
        throw new KeeperException(Kind.BROKEN, String.valueOf(e.getMessage()), e);
      } catch (IOException e) {
        if (System.nanoTime() - giveUp >= 0) {
          throw new KeeperException(
              Kind.AWAY,
              "Tried to ask the keeper of \""
                  + directory
                  + "\" for "
                  + path
                  + " but it did not answer within "
                  + patience.toSeconds()
                  + " s; look whether `windlass keeper` runs",
              e);
        }
        Thread.sleep(BETWEEN_TRIES);
      }
    }
  }

  private ContentResponse exchangeOnce(
      String method, String path, Optional<byte[]> body, Duration answer)
      throws IOException, InterruptedException {
    Request request =
        http.newRequest("http://keeper" + path)
            .transport(new Transport.TCPUnix(Control.trusted(directory)))
            .method(method)
            // One that was kept could be of a keeper that has gone.
            .headers(h -> h.put(HttpHeader.CONNECTION, "close"))
            .idleTimeout(answer.toMillis(), TimeUnit.MILLISECONDS)
            .timeout(answer.toMillis(), TimeUnit.MILLISECONDS);
    body.ifPresent(b -> request.body(new BytesRequestContent("application/json", b)));
    try {
      return new CompletableResponseListener(request, ANSWER_LIMIT).send().get();
    } catch (InterruptedException e) {
      var _ = request.abort(e);
      throw e;
    } catch (ExecutionException e) {
      throw new IOException(path + ": " + e.getCause(), e);
    }
  }

  private static byte[] judge(String path, ContentResponse response)
      throws KeeperException, IOException {
    if (response.getStatus() / 100 == 2) {
      return response.getContent();
    }
    String error = Json.read(response.getContent(), Failure.class).error();
    if (response.getStatus() == 503) {
      // It is going down: the next one up will know.
      throw new IOException(path + ": " + error);
    }
    throw new KeeperException(
        switch (response.getStatus()) {
          case 404 -> Kind.NOT_FOUND;
          case 400, 409, 413, 422 -> Kind.REFUSED;
          default -> Kind.BROKEN;
        },
        error);
  }

  private static <T> T read(byte[] json, Class<T> type) throws KeeperException {
    try {
      return Json.read(json, type);
    } catch (IOException e) {
      throw unreadable(type, e);
    }
  }

  private static <T> List<T> readList(byte[] json, Class<T> type) throws KeeperException {
    try {
      return Json.readList(json, type);
    } catch (IOException e) {
      throw unreadable(type, e);
    }
  }

  private static KeeperException unreadable(Class<?> type, IOException e) {
    return new KeeperException(
        Kind.BROKEN,
        "Tried to read the keeper's answer as a "
            + type.getSimpleName()
            + " but it is something else; server and keeper may be of versions too far apart",
        e);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
