package io.windlass.engine.image.registry;

import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.api.CredentialRetriever;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.event.EventHandlers;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;
import com.google.cloud.tools.jib.http.FailoverHttpClient;
import com.google.cloud.tools.jib.registry.RegistryClient;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Jib's client for one repository for the length of one push or pull: the client keeps every
 * connection that it ever made until it is shut down. All calls go through {@link #ask}, which asks
 * again and turns refusals into our words.
 */
final class RegistrySession implements AutoCloseable {

  private static final Pattern LOOPBACK_LITERAL =
      Pattern.compile("localhost|127(?:\\.\\d{1,3}){3}|\\[::1\\]");

  private static final double JITTER = 0.1;
  private static final Duration OWN_BACKOFF = Duration.ofNanos(-1);

  private final FailoverHttpClient http;
  private final RegistryClient client;
  private final Refusals refusals;
  private final RetryPolicy<Object> policy;

  private RegistrySession(
      FailoverHttpClient http, RegistryClient client, Refusals refusals, Retries retries) {
    this.http = http;
    this.client = client;
    this.refusals = refusals;
    this.policy =
        RetryPolicy.builder()
            .withMaxRetries(retries.times())
            .withBackoff(retries.first(), retries.longest())
            .withJitter(JITTER)
            .withDelayFn(context -> wait(context.getLastException()))
            .handleIf(failure -> Refusals.mayPass(failure, retries.patience()))
            .build();
  }

  /** One request or a few that belong together and may be made again. */
  interface Call<T> {
    T of(RegistryClient client) throws IOException, RegistryException, ImageException;
  }

  static RegistrySession open(
      String tried, ImageReference reference, RegistryAccess access, Retries retries)
      throws ImageException, InterruptedException {
    Optional<Credential> credential = credential(tried, reference, access, retries.patience());
    boolean loopback = isLoopback(reference.getRegistry());
    FailoverHttpClient http = new FailoverHttpClient(loopback, loopback, event -> {});
    RegistryClient.Factory factory =
        RegistryClient.factory(
                EventHandlers.NONE, reference.getRegistry(), reference.getRepository(), http)
            .setUserAgent("windlass");
    credential.ifPresent(factory::setCredential);
    RegistrySession session =
        new RegistrySession(
            http, factory.newRegistryClient(), new Refusals(tried, access, credential), retries);
    boolean open = false;
    try {
      session.authenticate(tried.startsWith("push"), credential);
      open = true;
      return session;
    } finally {
      if (!open) {
        session.close();
      }
    }
  }

  /** At least as long as the registry asks for, whatever the jitter takes away. */
  private static Duration wait(Throwable failure) {
    return Refusals.askedWait(failure)
        .map(asked -> Duration.ofMillis((long) Math.ceil(asked.toMillis() / (1 - JITTER))))
        .orElse(OWN_BACKOFF);
  }

  /** Asks, and asks again while the answer may pass. */
  <T> T ask(Call<T> call) throws ImageException, InterruptedException {
    try {
      return Failsafe.with(policy).get(() -> call.of(client));
    } catch (FailsafeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof InterruptedException || Thread.interrupted()) {
        throw new InterruptedException("the transfer was interrupted");
      }
      throw refusals.told(cause);
    }
  }

  @Override
  public void close() {
    try {
      http.shutDown();
    } catch (IOException e) {
      // The connections are given up either way.
    }
  }

  /** As Jib does: tokens where the registry hands them out, else the password with each request. */
  private void authenticate(boolean push, Optional<Credential> credential)
      throws ImageException, InterruptedException {
    boolean bearer = ask(c -> push ? c.doPushBearerAuth() : c.doPullBearerAuth());
    if (!bearer && credential.isPresent() && !credential.get().isOAuth2RefreshToken()) {
      client.configureBasicAuth();
    }
  }

  /**
   * What the operator's file says, or the helper that it names.
   *
   * @param patience for the helper; Jib would wait for ever
   */
  private static Optional<Credential> credential(
      String tried, ImageReference reference, RegistryAccess access, Duration patience)
      throws ImageException, InterruptedException {
    if (access.dockerConfig().isEmpty()) {
      return Optional.empty();
    }
    Path config = access.dockerConfig().get();
    if (!Files.isReadable(config)) {
      throw new ImageException(
          Kind.DENIED,
          "Tried to %s but the credentials' file \"%s\" is not there or cannot be read; make it, or correct docker-config for %s"
              .formatted(tried, config, access.host()));
    }
    CredentialRetriever retriever =
        CredentialRetrieverFactory.forImage(reference, event -> {}).dockerConfig(config);
    FutureTask<Optional<Credential>> asked = new FutureTask<>(retriever::retrieve);
    Thread.ofVirtual().name("credentials of " + access.host()).start(asked);
    try {
      return asked.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new ImageException(
          Kind.DENIED,
          "Tried to %s but the helper that \"%s\" names for \"%s\" did not answer within %d s; run it by hand to see what it waits for"
              .formatted(tried, config, access.host(), patience.toSeconds()));
    } catch (ExecutionException e) {
      // What a helper printed may hold what it was to keep: its words are left out.
      throw new ImageException(
          Kind.DENIED,
          "Tried to %s but no credentials for \"%s\" could be read from \"%s\" or the helper that it names; run docker login, or the helper by hand, to see why"
              .formatted(tried, access.host(), config));
    }
  }

  /** By its text, or because it resolves to nothing else: never by what a name claims. */
  private static boolean isLoopback(String registry) {
    String host = registry.replaceFirst(":\\d+$", "");
    if (!LOOPBACK_LITERAL.matcher(host).matches()) {
      return false;
    }
    try {
      return InetAddress.getByName(host.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
