package io.windlass.engine.kubernetes.part;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Stands in for cert-manager in one namespace: says of its certificates what it is told to. */
public final class CertManager implements AutoCloseable {
  public static final ResourceDefinitionContext CERTIFICATES =
      new ResourceDefinitionContext.Builder()
          .withGroup("cert-manager.io")
          .withVersion("v1")
          .withKind("Certificate")
          .withPlural("certificates")
          .withNamespaced(true)
          .build();

  private static final String SINCE = "2026-01-01T00:00:00Z";

  private final KubernetesClient client;
  private final String namespace;
  private final SharedIndexInformer<GenericKubernetesResource> certificates;
  private Map<String, Object> status = issuing("True", "DoesNotExist", "it is being issued");

  private CertManager(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
    this.certificates =
        client
            .genericKubernetesResources(CERTIFICATES)
            .inNamespace(namespace)
            .inform(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(GenericKubernetesResource certificate) {
                    say(certificate);
                  }

                  @Override
                  public void onUpdate(
                      GenericKubernetesResource before, GenericKubernetesResource certificate) {}

                  @Override
                  public void onDelete(GenericKubernetesResource certificate, boolean unknown) {}
                });
  }

  /** Begins: every certificate is being issued. */
  public static CertManager start(KubernetesClient client, String namespace) {
    return new CertManager(client, namespace);
  }

  /** From now on all of them are issued, also those that are there. */
  public void issues() {
    become(
        Map.of(
            "notAfter",
            "2036-01-01T00:00:00Z",
            "conditions",
            List.of(condition("Ready", "True", "Ready", "it is up to date"))));
  }

  /** From now on new ones are refused with these words. */
  public synchronized void refuses(String words) {
    Map<String, Object> refused = new HashMap<>(issuing("False", "Failed", words));
    refused.put("failedIssuanceAttempts", 1);
    refused.put("lastFailureTime", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    status = refused;
  }

  private synchronized void become(Map<String, Object> next) {
    status = next;
    certificates.getStore().list().forEach(this::say);
  }

  private static Map<String, Object> issuing(String value, String reason, String message) {
    return Map.of("conditions", List.of(condition("Issuing", value, reason, message)));
  }

  private static Map<String, Object> condition(
      String type, String value, String reason, String message) {
    return Map.of(
        "type",
        type,
        "status",
        value,
        "reason",
        reason,
        "message",
        message,
        "lastTransitionTime",
        SINCE);
  }

  private synchronized void say(GenericKubernetesResource certificate) {
    client
        .genericKubernetesResources(CERTIFICATES)
        .inNamespace(namespace)
        .withName(certificate.getMetadata().getName())
        .editStatus(now -> {
          now.setAdditionalProperty("status", status);
          return now;
        });
    if (status.containsKey("notAfter")) {
      keep(certificate);
    }
  }

  /** What was issued stays in its Secret when the certificate goes. */
  private void keep(GenericKubernetesResource certificate) {
    Secret secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName(certificate.get("spec", "secretName"))
            .withNamespace(namespace)
            .withLabels(certificate.get("spec", "secretTemplate", "labels"))
            .endMetadata()
            .addToStringData("tls.crt", "issued")
            .build();
    client.resource(secret).createOr(NonDeletingOperation::update);
  }

  @Override
  public void close() {
    certificates.close();
  }
}
