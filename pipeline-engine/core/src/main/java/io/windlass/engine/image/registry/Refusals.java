package io.windlass.engine.image.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.api.InsecureRegistryException;
import com.google.cloud.tools.jib.api.RegistryUnauthorizedException;
import com.google.cloud.tools.jib.http.ResponseException;
import com.google.cloud.tools.jib.registry.RegistryCredentialsNotSentException;
import com.google.common.base.Throwables;
import com.google.common.primitives.Longs;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalInt;
import javax.net.ssl.SSLException;

/**
 * Says what a registry refused in our words. The exceptions themselves are not passed on: their
 * texts hold addresses with signatures in them, and what a registry answers may repeat what it was
 * sent.
 */
final class Refusals {

  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final int SHOWN = 300;

  private final String tried;
  private final RegistryAccess access;
  private final Optional<Credential> credential;

  Refusals(String tried, RegistryAccess access, Optional<Credential> credential) {
    this.tried = tried;
    this.access = access;
    this.credential = credential;
  }

  /**
   * Whether asking again may help: no answer, too many requests, or the registry's own trouble.
   *
   * @param patience the longest wait that the registry may ask for
   */
  static boolean mayPass(Throwable failure, Duration patience) {
    if (failure instanceof ImageException
        || unauthorized(failure)
        || askedWait(failure).filter(asked -> asked.compareTo(patience) > 0).isPresent()) {
      return false;
    }
    OptionalInt status = status(failure);
    if (status.isPresent()) {
      return status.getAsInt() == 429 || status.getAsInt() == 408 || status.getAsInt() >= 500;
    }
    return failure instanceof IOException
        && !(failure instanceof SSLException)
        && !(failure instanceof java.net.UnknownHostException);
  }

  /**
   * How long the registry asks us to wait: {@code Retry-After} in seconds. Its other form, a date,
   * is taken for none.
   */
  static Optional<Duration> askedWait(Throwable failure) {
    return response(failure)
        .map(answer -> answer.getHeaders().getRetryAfter())
        .map(asked -> Longs.tryParse(asked.strip()))
        .filter(seconds -> seconds >= 0)
        .map(Duration::ofSeconds);
  }

  ImageException told(Throwable failure) {
    if (failure instanceof ImageException ours) {
      return ours;
    }
    OptionalInt status = status(failure);
    if (status.isPresent()) {
      return answered(status.getAsInt(), failure);
    }
    if (unauthorized(failure)) {
      return denied("the registry refused us", "");
    }
    if (failure instanceof InsecureRegistryException || failure instanceof SSLException) {
      return new ImageException(
          Kind.UNREACHABLE,
          "Tried to %s but \"%s\" does not speak https with a certificate that we trust; plain http is for loopback addresses only"
              .formatted(tried, access.host()));
    }
    if (failure instanceof IOException) {
      return new ImageException(
          Kind.UNREACHABLE,
          "Tried to %s but the registry \"%s\" did not answer (%s); look whether it runs and can be reached from here"
              .formatted(tried, access.host(), words(failure)));
    }
    return new ImageException(
        Kind.BROKEN,
        "Tried to %s but the registry \"%s\" answered what we do not understand (%s); look at its log"
            .formatted(tried, access.host(), words(failure)));
  }

  private ImageException answered(int status, Throwable failure) {
    String said = said(failure);
    return switch (status) {
      case 401 -> denied("the registry answered 401 unauthorized", said);
      case 403 -> denied("the registry answered 403 forbidden", said);
      case 404 ->
          new ImageException(
              Kind.NOT_FOUND,
              "Tried to %s but the registry answered 404 not found%s; check the name, and whether it is still there"
                  .formatted(tried, said));
      case 429 ->
          new ImageException(
              Kind.UNREACHABLE,
              "Tried to %s but the registry went on answering 429 too many requests%s%s; try again later, or log in for a higher limit"
                  .formatted(tried, said, asking(failure)));
      default ->
          new ImageException(
              status >= 500 ? Kind.UNREACHABLE : Kind.BROKEN,
              "Tried to %s but the registry answered %d%s%s; look at its log"
                  .formatted(tried, status, said, asking(failure)));
    };
  }

  private static String asking(Throwable failure) {
    return askedWait(failure)
        .map(asked -> " and asks to wait " + asked.toSeconds() + " s")
        .orElse("");
  }

  private ImageException denied(String but, String said) {
    String check =
        access
            .dockerConfig()
            .map(file ->
                (credential.isPresent()
                        ? "check the credentials for %s in \"%s\", or those of the helper that it names"
                        : "no credentials for %s are in \"%s\", and no helper that it names gave any; run docker login, or the helper by hand")
                    .formatted(access.host(), file))
            .orElse("set credentials for " + access.host() + " in the server's file");
    return new ImageException(
        Kind.DENIED, "Tried to %s but %s%s; %s".formatted(tried, but, said, check));
  }

  /** The code and message of the registry's own error, cut short and cleaned. */
  private String said(Throwable failure) {
    Optional<String> body =
        response(failure).map(ResponseException::getContent).filter(text -> !text.isBlank());
    if (body.isEmpty()) {
      return "";
    }
    try {
      JsonNode error = JSON.readTree(body.get()).path("errors").path(0);
      String text =
          (error.path("code").asText("") + " " + error.path("message").asText("")).strip();
      return text.isEmpty() ? "" : " (" + clean(text) + ")";
    } catch (IOException e) {
      return ""; // a page of some proxy
    }
  }

  private static String words(Throwable failure) {
    return failure.getClass().getSimpleName();
  }

  private String clean(String text) {
    String clean = text.replaceAll("\\p{Cntrl}+", " ");
    if (credential.isPresent()) {
      Credential known = credential.get();
      String basic =
          Base64.getEncoder()
              .encodeToString(
                  (known.getUsername() + ":" + known.getPassword())
                      .getBytes(StandardCharsets.UTF_8));
      clean = clean.replace(basic, "***");
      if (!known.getPassword().isEmpty()) {
        clean = clean.replace(known.getPassword(), "***");
      }
    }
    return clean.length() > SHOWN ? clean.substring(0, SHOWN) + "..." : clean;
  }

  private static boolean unauthorized(Throwable failure) {
    return failure instanceof RegistryUnauthorizedException
        || failure instanceof RegistryCredentialsNotSentException;
  }

  private static OptionalInt status(Throwable failure) {
    return response(failure).stream().mapToInt(ResponseException::getStatusCode).findFirst();
  }

  private static Optional<ResponseException> response(Throwable failure) {
    return Throwables.getCausalChain(failure).stream()
        .filter(ResponseException.class::isInstance)
        .map(ResponseException.class::cast)
        .findFirst();
  }
}
