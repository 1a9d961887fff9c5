package io.windlass.webhooks.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Users of the demo's application: a few clients that ask one after the other and count what
 * failed. A request failed when no answer came or when it was not 200; nothing is asked a second
 * time.
 */
public final class Traffic implements AutoCloseable {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
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

  private void ask(URI target, Duration pause) {
    HttpRequest request = HttpRequest.newBuilder(target).timeout(ANSWER_TIMEOUT).build();
    while (running.get()) {
      try {
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() == 200) {
          answered.incrementAndGet();
          lastAnswer.set(response.body().strip());
        } else {
          fail("status " + response.statusCode() + " " + response.body().strip());
        }
        Thread.sleep(pause);
      } catch (IOException e) {
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
    http.close();
  }
}
