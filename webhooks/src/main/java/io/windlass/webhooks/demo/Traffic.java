package io.windlass.webhooks.demo;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;

/**
 * Users of the demo's application: a few clients that ask one after the other and count what
 * failed. A request failed when no answer came or when it was not 200. Nothing is asked a second
 * time, also not by the HTTP client: the JDK's own asks again for a GET whose connection broke, and
 * would hide what is to be counted.
 */
public final class Traffic implements AutoCloseable {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);

  private final HttpClient http;
  private final AtomicBoolean running = new AtomicBoolean(true);
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicReference<String> firstFailure = new AtomicReference<>("none");
  private final AtomicReference<String> lastAnswer = new AtomicReference<>("");
  private final List<Thread> clients = new ArrayList<>();

  /**
   * Starts asking.
   *
   * @param target what is asked for
   * @param clientCount how many ask at the same time
   * @param pause how long a client waits between an answer and its next request
   */
  public Traffic(URI target, int clientCount, Duration pause) {
    this.http = started(new HttpClient());
    for (int i = 0; i < clientCount; i++) {
      clients.add(Thread.ofVirtual().name("traffic-" + i).start(() -> ask(target, pause)));
    }
  }

  /** How many requests were answered with 200. */
  public long answered() {
    return answered.get();
  }

  /** How many requests failed. */
  public long failed() {
    return failed.get();
  }

  /** What the first failed request met, or "none". */
  public String firstFailure() {
    return firstFailure.get();
  }

  /** The body of the latest good answer. */
  public String lastAnswer() {
    return lastAnswer.get();
  }

  private static HttpClient started(HttpClient http) {
    http.setConnectTimeout(5_000);
    http.setFollowRedirects(false);
    try {
      http.start();
    } catch (Exception e) {
      throw new IllegalStateException("Tried to start the traffic's HTTP client but " + e, e);
    }
    return http;
  }

  private void ask(URI target, Duration pause) {
    while (running.get()) {
      try {
        ContentResponse response =
            http.newRequest(target)
                .timeout(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .send();
        String body = response.getContentAsString().strip();
        if (response.getStatus() == 200) {
          answered.incrementAndGet();
          lastAnswer.set(body);
        } else {
          fail("status " + response.getStatus() + " " + body);
        }
        Thread.sleep(pause);
      } catch (ExecutionException | TimeoutException e) {
        fail(e.toString());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void fail(String what) {
    failed.incrementAndGet();
    firstFailure.compareAndSet("none", what);
  }

  @Override
  public void close() {
    running.set(false);
    for (Thread client : clients) {
      try {
        client.join(ANSWER_TIMEOUT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    try {
      http.stop();
    } catch (Exception e) {
      throw new IllegalStateException("Tried to stop the traffic's HTTP client but " + e, e);
    }
  }
}
