package io.windlass.engine.kubernetes.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.base.Ascii;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the API server's answers mean. */
final class Refusals {
  private static final String FIELD_MANAGER_CONFLICT = "FieldManagerConflict";
  private static final Pattern MANAGER = Pattern.compile("conflict with \"([^\"]+)\"");

  private static final Pattern RIGHT = Pattern.compile("User \"[^\"]*\" cannot ");

  /** The API server says it with this code where an admission rule or a schema says no. */
  private static final int INVALID = 422;

  /**
   * What the API server's fair queues always say, in a header that the library does not hand on.
   */
  private static final Duration THROTTLED_PAUSE = Duration.ofSeconds(1);

  private static final int LONGEST_ANSWER = 300;
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private Refusals() {}

  /**
   * Says what a failed call means.
   *
   * @param tried as "apply Deployment shop-web": what follows "Tried to"
   * @param cluster as people know it, such as its address
   */
  static ClusterException of(String tried, String cluster, KubernetesClientException failure) {
    KubernetesClientException e = answered(failure);
    Kind kind = kind(e);
    String said = said(e);
    List<FieldConflict> fields = conflicts(e);
    String message =
        "Tried to "
            + tried
            + " but "
            + switch (kind) {
              case UNREACHABLE ->
                  "the cluster at %s cannot be reached (%s); look whether its API server is up and the address in the kubeconfig is right"
                      .formatted(cluster, said);
              case UNAUTHORISED ->
                  "the cluster at %s refuses the credentials; renew the token or certificate that the kubeconfig names"
                      .formatted(cluster);
              case FORBIDDEN -> forbidden(said);
              case NOT_FOUND -> said + "; look whether the namespace and the kind are there";
              case CONFLICT -> conflict(said, fields);
              case REFUSED -> "the cluster does not take it: " + said;
              case THROTTLED -> "the cluster has too many requests; it is asked again later";
              case SERVER -> "the cluster failed: " + said;
            };
    return new ClusterException(kind, message, retryAfter(kind, e), fields, e);
  }

  /** Where a stream was not opened, the library leaves what was answered in a cause. */
  private static KubernetesClientException answered(KubernetesClientException e) {
    for (@Nullable Throwable at = e; at != null && e.getCode() <= 0; at = at.getCause()) {
      if (at instanceof WebSocketHandshakeException answer) {
        String body = String.valueOf(answer.getResponse().body());
        int code = answer.getResponse().statusCode();
        return new KubernetesClientException(message(body, code), code, null);
      }
    }
    return e;
  }

  /** The API server's sentence, or what a node or something between has answered instead. */
  private static String message(String body, int code) {
    try {
      return JSON.readTree(body).path("message").asText("it answered with " + code);
    } catch (JsonProcessingException e) {
      return body.startsWith("<")
          ? "it answered with " + code + " and a page"
          : Ascii.truncate(body.strip(), LONGEST_ANSWER, "...");
    }
  }

  private static Kind kind(KubernetesClientException e) {
    return switch (e.getCode()) {
      case 401 -> Kind.UNAUTHORISED;
      // Quotas and admission rules also answer 403, and no role would change that.
      case 403 -> RIGHT.matcher(said(e)).find() ? Kind.FORBIDDEN : Kind.REFUSED;
      case 404, 410 -> Kind.NOT_FOUND;
      case 409 -> Kind.CONFLICT;
      case 400, 405, 406, 413, 415, INVALID -> Kind.REFUSED;
      case 429 -> Kind.THROTTLED;
      // The library has no code where there was no answer.
      default -> e.getCode() > 0 ? Kind.SERVER : Kind.UNREACHABLE;
    };
  }

  /** {@code deployments.apps is forbidden: User "x" cannot patch resource "deployments" ...}. */
  private static String forbidden(String said) {
    return said.substring(said.indexOf("User ")) + "; grant it with a Role and a RoleBinding";
  }

  private static String conflict(String said, List<FieldConflict> fields) {
    if (fields.isEmpty()) {
      return "it was changed meanwhile (" + said + "); look at it again";
    }
    return fields.stream().map(FieldConflict::toString).distinct().collect(Collectors.joining(", "))
        + "; take the field out of what that manager writes, or hand it over with \"kubectl annotate "
        + FieldConflict.TAKE_FROM
        + "="
        + fields.getFirst().manager()
        + "\" on the object";
  }

  private static List<FieldConflict> conflicts(KubernetesClientException e) {
    return details(e).map(StatusDetails::getCauses).orElse(List.of()).stream()
        .filter(cause -> FIELD_MANAGER_CONFLICT.equals(cause.getReason()))
        .map(cause -> new FieldConflict(manager(cause), String.valueOf(cause.getField())))
        .toList();
  }

  private static String manager(StatusCause cause) {
    Matcher manager = MANAGER.matcher(String.valueOf(cause.getMessage()));
    return manager.find() ? manager.group(1) : String.valueOf(cause.getMessage());
  }

  private static Optional<StatusDetails> details(KubernetesClientException e) {
    return Optional.ofNullable(e.getStatus()).map(Status::getDetails);
  }

  private static Optional<Duration> retryAfter(Kind kind, KubernetesClientException e) {
    return details(e)
        .map(StatusDetails::getRetryAfterSeconds)
        .filter(seconds -> seconds > 0)
        .map(Duration::ofSeconds)
        .or(() -> Optional.of(THROTTLED_PAUSE).filter(_ -> kind == Kind.THROTTLED));
  }

  /** The server's own sentence, or the innermost cause where there was no answer. */
  private static String said(KubernetesClientException e) {
    return Optional.ofNullable(e.getStatus())
        .map(Status::getMessage)
        .filter(message -> !message.isBlank())
        .orElseGet(() -> innermost(e));
  }

  private static String innermost(Throwable e) {
    Throwable at = e;
    for (@Nullable Throwable next = e.getCause(); next != null; next = at.getCause()) {
      at = next;
    }
    return at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
  }
}
