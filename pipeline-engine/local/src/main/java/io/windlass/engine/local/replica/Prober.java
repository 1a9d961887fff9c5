package io.windlass.engine.local.replica;

import io.windlass.engine.local.protocol.Health;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Looks after the health of one process on a virtual thread of its own, quickly until it is first
 * ready and then at its interval.
 */
public final class Prober implements AutoCloseable {
  /** Between two looks at a process that comes up. */
  private static final Duration EAGER = Duration.ofMillis(50);

  private static final Duration ANSWER = Duration.ofSeconds(2);

  /** Looks in a row that must fail before a replica that was well counts as unwell. */
  private static final int PATIENCE = 3;

  private final int port;
  private final Health.Http health;
  private final Runnable changed;
  private final Thread thread;
  private volatile boolean ready;
  private volatile boolean lost;
  private int unready;
  private int dead;

  /**
   * Starts to look.
   *
   * @param well it was ready when it was last looked at, by a keeper before this one
   * @param changed is run after a change, on the prober's thread
   */
  public Prober(int port, Health.Http health, boolean well, Runnable changed) {
    this.port = port;
    this.health = health;
    this.changed = changed;
    this.ready = well;
    this.thread = Thread.ofVirtual().name("prober-" + port).start(this::look);
  }

  /** Whether it may get traffic. */
  public boolean ready() {
    return ready;
  }

  /** Whether it has to be restarted: it was ready once, and its live path fails. */
  public boolean lost() {
    return lost;
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void look() {
    boolean wasReady = ready;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        boolean before = ready;
        boolean lostBefore = lost;
        lookOnce(wasReady);
        wasReady |= ready;
        if (ready != before || lost != lostBefore) {
          changed.run();
        }
        Thread.sleep(wasReady ? health.interval() : EAGER);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void lookOnce(boolean wasReady) {
    boolean well = health.ready().map(this::answers).orElseGet(this::open);
    unready = well ? 0 : unready + 1;
    if (well) {
      ready = true;
    } else if (unready >= PATIENCE) {
      ready = false;
    }
    if (wasReady && health.live().isPresent()) {
      Optional<String> live = health.live();
      dead = answers(live.get()) ? 0 : dead + 1;
      lost = dead >= PATIENCE;
    }
  }

  private boolean open() {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) ANSWER.toMillis());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean answers(String path) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + port + path).toURL().openConnection(Proxy.NO_PROXY);
      try {
        connection.setConnectTimeout((int) ANSWER.toMillis());
        connection.setReadTimeout((int) ANSWER.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("Connection", "close");
        connection.setRequestProperty("User-Agent", "windlass-health");
        return connection.getResponseCode() / 100 == 2;
      } finally {
        connection.disconnect();
      }
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }
}
