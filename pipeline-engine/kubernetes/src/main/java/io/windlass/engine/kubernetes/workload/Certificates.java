package io.windlass.engine.kubernetes.workload;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.windlass.engine.kubernetes.workload.Exposure.Issuer;
import io.windlass.engine.release.EnvironmentId;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Certificates of cert-manager: one for each host, so that a host whose certificate is refused
 * keeps no other one from its own. A certificate's Secret carries the environment's labels, and
 * stays when the certificate goes: one that comes back for the host is not issued again.
 */
public final class Certificates {
  private static final String GROUP = "cert-manager.io";
  private static final String API_VERSION = GROUP + "/v1";
  private static final String KIND = "Certificate";

  private Certificates() {}

  /** The certificates that a release asks for; those that its repository brings are its own. */
  public static Stream<GenericKubernetesResource> in(Rendered release) {
    return release.release().runtime().manifests().isPresent()
        ? Stream.empty()
        : release.objects().stream()
            .filter(object -> object.getApiVersion().equals(API_VERSION))
            .filter(object -> object.getKind().equals(KIND))
            .map(GenericKubernetesResource.class::cast);
  }

  /** Whom the certificate is for. */
  public static String host(GenericKubernetesResource certificate) {
    return certificate.<String>get("spec", "dnsNames", 0);
  }

  /** The name of the Secret that it is kept in. */
  public static String secret(GenericKubernetesResource certificate) {
    return certificate.<String>get("spec", "secretName");
  }

  static HasMetadata of(EnvironmentId environment, String namespace, String host, Issuer issuer) {
    String name = Names.certificate(environment, host);
    return new GenericKubernetesResourceBuilder()
        .withApiVersion(API_VERSION)
        .withKind(KIND)
        .withMetadata(Metas.of(environment, namespace, name))
        .addToAdditionalProperties(
            "spec",
            Map.of(
                "dnsNames",
                List.of(host),
                "secretName",
                name,
                "secretTemplate",
                Map.of("labels", Labels.common(environment)),
                "issuerRef",
                Map.of("group", GROUP, "kind", issuer.kind(), "name", issuer.name())))
        .build();
  }
}
