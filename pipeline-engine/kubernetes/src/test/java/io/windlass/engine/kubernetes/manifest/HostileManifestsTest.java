package io.windlass.engine.kubernetes.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.kubernetes.workload.Allowance;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Storage;
import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.pipeline.Patterns;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.Drawn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostileManifestsTest {
  private static final Placement PLACEMENT =
      Placement.in("shop")
          .exposed(
              new Exposure.ByIngress(
                  Optional.of("nginx"), Map.of("example.com/a", "b"), Optional.empty()));

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec:
        template:
          metadata: { labels: { app: web } }
          spec:
            %s
            containers: [{ name: web, image: nginx %s }]
      """;

  private static final String INGRESS =
      """
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: { name: a }
      spec:
        tls: %s
        rules: [{ host: a, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: a } } }] } }]
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: a }
      spec: { selector: { app: a }, ports: [{ port: 80 }] }
      """;

  private static final String CERTIFICATE =
      """
      apiVersion: cert-manager.io/v1
      kind: Certificate
      metadata: { name: a }
      spec: { secretName: shop-production.a, issuerRef: { name: letsencrypt, kind: ClusterIssuer }, %s }
      """;

  /** Where repositories may bring Certificates. */
  private static final Placement ISSUING =
      Placement.in("shop")
          .exposed(
              new Exposure.ByIngress(
                  Optional.of("nginx"),
                  Map.of(),
                  Optional.of(new Exposure.Issuer("letsencrypt", "ClusterIssuer", 2))))
          .allowing(
              new Allowance(
                  Set.of("cert-manager.io/v1/Certificate", "cert-manager.io/v1/Issuer"),
                  Allowance.NOTHING.annotations(),
                  patterns("wildcard-*")));

  /** Where repositories may bring claims. */
  private static final Placement STORING =
      PLACEMENT
          .allowing(Allowance.of("v1/PersistentVolumeClaim"))
          .storing(
              new Storage(Optional.empty(), Optional.of("shared"), 2L << 30, 10L << 30, false));

  @TempDir Path tree;

  private Drawn draw(String text) throws Exception {
    return draw(text, PLACEMENT);
  }

  private Drawn draw(String text, Placement placement) throws Exception {
    Path file = tree.resolve("deploy/all.yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return new Manifests(_ -> Optional.empty(), Tools.none())
        .draw(
            new EnvironmentId("acme/shop", "production"),
            new ManifestSpec.Plain(List.of("deploy")),
            tree,
            placement,
            ToolsTest.OFFERS);
  }

  private String refused(String text) throws Exception {
    return reason(draw(text));
  }

  private static String reason(Drawn drawn) {
    return drawn instanceof Drawn.Refused(var reason) ? reason : "taken";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hostNetwork: true                                        | spec.template.spec.hostNetwork may not be set
          hostPID: true                                            | spec.template.spec.hostPID may not be set
          hostIPC: true                                            | spec.template.spec.hostIPC may not be set
          nodeName: node-1                                         | spec.template.spec.nodeName may not be set
          priorityClassName: system-node-critical                  | spec.template.spec.priorityClassName may not be set
          runtimeClassName: plain                                  | spec.template.spec.runtimeClassName may not be set
          tolerations: [{ operator: Exists }]                      | spec.template.spec.tolerations may not be set
          schedulerName: mine                                      | spec.template.spec.schedulerName may not be set
          serviceAccountName: admin                                | spec.template.spec.serviceAccountName is "admin"
          serviceAccount: admin                                    | spec.template.spec.serviceAccount is "admin"
          automountServiceAccountToken: true                       | spec.template.spec.automountServiceAccountToken may not be set
          imagePullSecrets: [{ name: other }]                      | spec.template.spec.imagePullSecrets may not be set
          securityContext: { runAsNonRoot: false }                 | spec.template.spec.securityContext.runAsNonRoot must not be false
          securityContext: { runAsUser: 0 }                        | spec.template.spec.securityContext.runAsUser is root's
          securityContext: { runAsUser: "0" }                      | spec.template.spec.securityContext.runAsUser is root's
          securityContext: { runAsUser: 0.3 }                      | spec.template.spec.securityContext.runAsUser is root's
          securityContext: { runAsUser: 0x0 }                      | spec.template.spec.securityContext.runAsUser is root's
          securityContext: { runAsUser: [0] }                      | is not of the form that Kubernetes has for it
          securityContext: { runAsNonRoot: "false" }               | spec.template.spec.securityContext.runAsNonRoot must not be false
          securityContext: { runAsNonRoot: "False" }               | spec.template.spec.securityContext.runAsNonRoot must not be false
          hostNetwork: "true"                                      | spec.template.spec.hostNetwork may not be set
          initContainers: { c: {} }                                | is not of the form that Kubernetes has for it
          initContainers: [null]                                   | spec.template.spec.initContainers[0] is no mapping
          securityContext: { sysctls: [{ name: a, value: b }] }    | spec.template.spec.securityContext.sysctls may not be set
          securityContext: { seccompProfile: { type: Unconfined } } | spec.template.spec.securityContext.seccompProfile is Unconfined
          volumes: [{ name: v, hostPath: { path: / } }]            | spec.template.spec.volumes[v].hostPath may not be mounted
          volumes: [{ name: v, secret: { secretName: shop-r41 } }] | spec.template.spec.volumes[v].secret may not be mounted; name the secret in app.secrets
          volumes: [{ name: v, csi: { driver: any } }]             | spec.template.spec.volumes[v].csi may not be mounted
          volumes: [{ name: v, persistentVolumeClaim: { claimName: other } }] | spec.template.spec.volumes[v].persistentVolumeClaim may not be mounted
          volumes: [{ name: v, projected: { sources: [{ serviceAccountToken: { path: t } }] } }] | serviceAccountToken may not be set
          volumes: [{ name: v, projected: { sources: [{ secret: { name: other } }] } }]          | secret may not be set
          """)
  void aPodThatReachesFurtherThanItsReleaseIsRefused(String field, String words) throws Exception {
    assertThat(refused(DEPLOYMENT.formatted(field, "")))
        .startsWith("Deployment web (deploy/all.yaml): ")
        .contains(words);
  }

  /** A pod that may not be beside others keeps them from every node that it is on. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          podAntiAffinity | required  | namespaceSelector: {}                              | podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaceSelector may not be set
          podAntiAffinity | required  | namespaceSelector: { matchLabels: { a: b } }       | namespaceSelector may not be set
          podAntiAffinity | required  | namespaces: [windlass-steps]                       | namespaces may not be set
          podAntiAffinity | preferred | namespaceSelector: {}                              | podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.namespaceSelector may not be set
          podAffinity     | required  | namespaces: [other]                                | podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaces may not be set
          podAffinity     | preferred | namespaces: [other]                                | namespaces may not be set
          podAntiAffinity | required  | matchLabelKeys: [a]                                | taken
          """)
  void aPodSaysNothingOfPodsInOtherNamespaces(String kind, String how, String field, String words)
      throws Exception {
    String term = "labelSelector: {}, topologyKey: kubernetes.io/hostname, " + field;
    String one = how.equals("required") ? term : "weight: 1, podAffinityTerm: { " + term + " }";

    assertThat(
            refused(
                DEPLOYMENT.formatted(
                    "affinity: { %s: { %sDuringSchedulingIgnoredDuringExecution: [{ %s }] } }"
                        .formatted(kind, how, one),
                    "")))
        .contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          securityContext: { privileged: true }                    | securityContext.privileged may not be set
          securityContext: { allowPrivilegeEscalation: true }      | securityContext.allowPrivilegeEscalation must be false
          securityContext: { runAsUser: 0 }                        | securityContext.runAsUser is root's
          securityContext: { runAsUser: "0" }                      | securityContext.runAsUser is root's
          securityContext: { allowPrivilegeEscalation: "true" }    | securityContext.allowPrivilegeEscalation must be false
          securityContext: { privileged: "true" }                  | securityContext.privileged may not be set
          securityContext: { procMount: Unmasked }                 | securityContext.procMount may not be set
          securityContext: { capabilities: { add: [SYS_ADMIN] } }  | securityContext.capabilities.add has SYS_ADMIN
          ports: [{ containerPort: 80, hostPort: 80 }]             | takes a port of the node
          volumeDevices: [{ name: v, devicePath: /dev/sda }]       | volumeDevices may not be set
          env: [{ name: A, valueFrom: { secretKeyRef: { name: shop-r41, key: A } } }] | takes a Secret
          envFrom: [{ secretRef: { name: shop-r41 } }]             | takes a Secret
          readinessProbe: { httpGet: { port: 80, host: 169.254.169.254 } } | readinessProbe.httpGet.host may not be set
          lifecycle: { preStop: { tcpSocket: { port: 80, host: other } } } | lifecycle.preStop.tcpSocket.host may not be set
          """)
  void aContainerThatReachesFurtherThanItsReleaseIsRefused(String field, String words)
      throws Exception {
    String text = DEPLOYMENT.formatted("terminationGracePeriodSeconds: 30", ", " + field);

    assertThat(refused(text)).contains("spec.template.spec.containers[web]").contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          annotations: { container.apparmor.security.beta.kubernetes.io/web: unconfined } | may speak to what serves the whole cluster
          annotations: { k8s.v1.cni.cncf.io/networks: other }                             | may speak to what serves the whole cluster
          annotations: { vault.hashicorp.com/agent-inject: "true" }                       | may speak to what serves the whole cluster
          labels: { sidecar.istio.io/inject: "true" }                                     | labels[sidecar.istio.io/inject] may speak to what serves the whole cluster
          labels: { azure.workload.identity/use: "true" }                                 | may speak to what serves the whole cluster
          labels: { app.kubernetes.io/name: web, helm.sh/chart: a, app: web }             | taken
          finalizers: [a/b]                                                               | metadata.finalizers may not be set
          annotations: { checksum/config: a, prometheus.io/scrape: "true", note: b }      | taken
          """)
  void theHeadOfAPodSpeaksToNobodyElse(String head, String words) throws Exception {
    assertThat(
            refused(
                DEPLOYMENT
                    .formatted("restartPolicy: Always", "")
                    .replace("metadata: { labels: { app: web } }", "metadata: { " + head + " }")))
        .contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          example.com/a, mesh.example.com/*  | { annotations: { example.com/a: b, mesh.example.com/c: d }, labels: { mesh.example.com/e: f } } | taken
          mesh.example.com/*                 | { annotations: { example.com/a: b } }           | may speak to what serves the whole cluster
          mesh.example.com/*, windlass.io/*  | { annotations: { windlass.io/environment: b } } | is set by Windlass
          """)
  void theOperatorAllowsMoreKeys(String keys, String head, String words) throws Exception {
    Placement placement =
        PLACEMENT.allowing(new Allowance(Set.of(), patterns(keys), Allowance.NOTHING.tlsSecrets()));
    String text =
        DEPLOYMENT
            .formatted("restartPolicy: Always", "")
            .replace("metadata: { labels: { app: web } }", "metadata: " + head);

    assertThat(reason(draw(text, placement))).contains(words);
  }

  @Test
  void anIngressTakesAKeyThatTheOperatorAllows() throws Exception {
    String text =
        INGRESS
            .formatted("[{ hosts: [a] }]")
            .replace(
                "name: a }", "name: a, annotations: { nginx.ingress.kubernetes.io/x: plain } }");
    Patterns keys = patterns("nginx.ingress.kubernetes.io/x");
    Placement placement =
        PLACEMENT.allowing(new Allowance(Set.of(), keys, Allowance.NOTHING.tlsSecrets()));

    assertThat(reason(draw(text, PLACEMENT))).contains("may only come from the operator");
    assertThat(reason(draw(text, placement))).isEqualTo("taken");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [{ hosts: [a] }]                             | taken
          [{ hosts: [a], secretName: shop-production.a }] | taken
          [{ hosts: [a], secretName: wildcard-shop }]  | taken
          [{ hosts: [a], secretName: shop-r41 }]       | spec.tls takes Secret "shop-r41"
          [{ secretName: shop-production.a }, { secretName: x }] | spec.tls takes Secret "x"
          """)
  void anIngressTakesItsCertificateFromNoOtherSecret(String tls, String words) throws Exception {
    String text = INGRESS.formatted(tls) + "---\n" + CERTIFICATE.formatted("dnsNames: [a]");

    assertThat(reason(draw(text, ISSUING))).contains(words);
  }

  /** cert-manager writes over any Secret, and the issuer is everybody's. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          secretName: shop-production.a  | secretName: wildcard-shop          | spec.secretName is "wildcard-shop"; write shop-production.a
          secretName: shop-production.a  | secretName: other-production-r42   | spec.secretName is "other-production-r42"
          secretName: shop-production.a  | secretName: shop-production-a      | spec.secretName is "shop-production-a"
          secretName: shop-production.a  | secretName: shop-production.b      | spec.secretName is "shop-production.b"
          secretName: shop-production.a, | ''                                 | spec.secretName is ""
          kind: ClusterIssuer            | kind: Issuer                       | spec.issuerRef is neither
          name: letsencrypt              | name: other                        | spec.issuerRef is neither
          name: letsencrypt              | name: letsencrypt, group: other.io | spec.issuerRef is neither
          dnsNames: [a]                  | dnsNames: []                       | spec.dnsNames is empty
          dnsNames: [a]                  | dnsNames: [a, [b]]                 | spec.dnsNames has what is no text
          dnsNames: [a]                  | dnsNames: [a, b, c]                | for 3 hosts and the target gives an environment certificates for 2
          dnsNames: [a]                  | dnsNames: [a], commonName: b       | spec.commonName may not be set
          dnsNames: [a]                  | dnsNames: [a], uris: [b]           | spec.uris may not be set
          dnsNames: [a]                  | dnsNames: [a], ipAddresses: [b]    | spec.ipAddresses may not be set
          dnsNames: [a]                  | dnsNames: [a], emailAddresses: [b] | spec.emailAddresses may not be set
          dnsNames: [a]                  | dnsNames: [a], isCA: true          | spec.isCA may not be set
          dnsNames: [a]                  | dnsNames: [a], duration: 1h        | spec.duration may not be set
          dnsNames: [a]                  | dnsNames: [a], secretTemplate: { labels: { windlass.io/environment: acme.other.production } } | spec.secretTemplate may not be set
          dnsNames: [a]                  | dnsNames: [a], privateKey: { rotationPolicy: Always } | taken
          """)
  void aCertificateIsForItsOwnHostsAndKeptInItsOwnSecret(String from, String to, String words)
      throws Exception {
    String text = CERTIFICATE.formatted("dnsNames: [a]").replace(from, to);

    assertThat(reason(draw(text, ISSUING))).contains(words);
  }

  @Test
  void aCertificateOfAnIssuerThatIsBroughtIsTaken() throws Exception {
    String text =
        CERTIFICATE
            .formatted("dnsNames: [a.example.com]")
            .replace("name: letsencrypt, kind: ClusterIssuer", "name: own");
    String issuer =
        "---\napiVersion: cert-manager.io/v1\nkind: Issuer\nmetadata: { name: own }\nspec: { selfSigned: {} }\n";

    assertThat(reason(draw(text, ISSUING))).contains("spec.issuerRef is neither");
    assertThat(draw(text + issuer, ISSUING))
        .isInstanceOfSatisfying(
            Drawn.Made.class, made -> assertThat(made.hosts()).containsExactly("a.example.com"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          dataSource: { kind: PersistentVolumeClaim, name: other }    | spec.dataSource may not be set
          dataSourceRef: { kind: PersistentVolumeClaim, name: other } | spec.dataSourceRef may not be set
          volumeName: pv-1                                            | spec.volumeName may not be set
          selector: { matchLabels: { a: b } }                         | spec.selector may not be set
          volumeMode: Filesystem                                      | taken
          """)
  void aClaimBeginsEmpty(String field, String words) throws Exception {
    String spec = "{ resources: { requests: { storage: 1Gi } }, %s }".formatted(field);
    String claim =
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: a }\nspec: %s\n"
            .formatted(spec);
    String set =
        DEPLOYMENT
            .formatted("restartPolicy: Always", "")
            .replace("Deployment", "StatefulSet")
            .replace(
                "  template:",
                "  volumeClaimTemplates: [{ metadata: { name: v }, spec: %s }]\n  template:"
                    .formatted(spec));

    assertThat(reason(draw(claim, STORING))).contains(words);
    assertThat(reason(draw(set, STORING))).contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          none | { resources: { requests: { storage: 2Gi } } }      | taken
          none | { resources: { requests: { storage: 3Gi } } }      | spec.resources.requests.storage is 3Gi and the target gives a volume at most 2147483648 bytes
          none | { resources: { requests: { storage: 2147483649 } } } | storage is 2147483649 and the target gives
          none | { resources: { requests: { storage: -1Gi } } }     | storage is "-1Gi", and no size
          none | { resources: { requests: { storage: a } } }        | "a", and no size
          none | { accessModes: [ReadWriteOnce] }                   | storage is "", and no size
          none | { resources: { requests: { storage: 1Gi } }, storageClassName: shared }  | taken
          none | { resources: { requests: { storage: 1Gi } }, storageClassName: premium } | spec.storageClassName is "premium"; the target has shared
          none | { resources: { requests: { storage: 1Gi } }, storageClassName: "" }      | spec.storageClassName is ""; the target has shared
          fast | { resources: { requests: { storage: 1Gi } }, storageClassName: fast }    | taken
          fast | { resources: { requests: { storage: 1Gi } } }      | spec.storageClassName is missing; the target has fast and shared
          """)
  void aClaimIsOfTheSizeAndTheClassThatTheOperatorGives(
      @Nullable String named, String spec, String words) throws Exception {
    String claim =
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: a }\nspec: %s\n"
            .formatted(spec);
    String set =
        DEPLOYMENT
            .formatted("restartPolicy: Always", "")
            .replace("Deployment", "StatefulSet")
            .replace(
                "  template:",
                "  volumeClaimTemplates: [{ metadata: { name: v }, spec: %s }]\n  template:"
                    .formatted(spec));
    Placement placement =
        STORING.storing(
            new Storage(
                Optional.ofNullable(named), Optional.of("shared"), 2L << 30, 10L << 30, false));

    assertThat(reason(draw(claim, placement))).contains(words);
    assertThat(reason(draw(set, placement))).contains(words);
    assertThat(reason(draw(claim, PLACEMENT.allowing(Allowance.of("v1/PersistentVolumeClaim")))))
        .contains("needs a target whose operator has said what storage there is");
  }

  /** The labels of a set's claims say whose they are, and annotations what they are made of. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          labels: { windlass.io/environment: acme.other.production }      | labels[windlass.io/environment] is set by Windlass
          annotations: { windlass.io/environment: acme/other/production } | annotations[windlass.io/environment] is set by Windlass
          annotations: { volume.beta.kubernetes.io/storage-class: fast }  | annotations[volume.beta.kubernetes.io/storage-class] may speak to
          finalizers: [a/b]                                               | metadata.finalizers may not be set
          labels: { team: basket }                                        | taken
          """)
  void theHeadOfAClaimSaysNothingOfWindlassOrItsClass(String head, String words) throws Exception {
    String spec = "{ resources: { requests: { storage: 1Gi } } }";
    String claim =
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: a, %s }\nspec: %s\n"
            .formatted(head, spec);
    String set =
        DEPLOYMENT
            .formatted("restartPolicy: Always", "")
            .replace("Deployment", "StatefulSet")
            .replace(
                "  template:",
                "  volumeClaimTemplates: [{ metadata: { name: v, %s }, spec: %s }]\n  template:"
                    .formatted(head, spec));

    assertThat(reason(draw(claim, STORING))).contains(words);
    assertThat(reason(draw(set, STORING))).contains(words);
  }

  private static Patterns patterns(String list) {
    return new Patterns(List.of(list.split(", *")), false);
  }

  /** In a namespace that several environments share it could be another one's. */
  @ParameterizedTest
  @ValueSource(strings = {"Service", "PersistentVolumeClaim"})
  void whatIsReferredToMustBeBrought(String kind) throws Exception {
    String text =
        kind.equals("Service")
            ? """
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: a }
            spec: { rules: [{ host: a, http: { paths: [{ path: /, backend: { service: { name: other } } }] } }] }
            """
            : DEPLOYMENT.formatted(
                "volumes: [{ name: v, persistentVolumeClaim: { claimName: other } }]", "");

    assertThat(refused(text))
        .contains("refers to " + kind + " \"other\", which is not among what is brought");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          v1/Secret                                         | name what is secret in app.secrets
          v1/ServiceAccount                                 | leave it out
          v1/Pod                                            | use a Deployment
          v1/Namespace                                      | the operator names the namespace
          v1/Endpoints                                      | the cluster makes them
          batch/v1/Job                                      | use app.release
          autoscaling/v2/HorizontalPodAutoscaler            | "scale"
          rbac.authorization.k8s.io/v1/RoleBinding          | it gives rights
          rbac.authorization.k8s.io/v1/ClusterRoleBinding   | it gives rights
          apiextensions.k8s.io/v1/CustomResourceDefinition  | let the operator install it
          admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration | it gives rights
          discovery.k8s.io/v1/EndpointSlice                 | it gives rights
          networking.k8s.io/v1/NetworkPolicy                | let the operator allow "networking.k8s.io/v1/NetworkPolicy"
          apps/v1/DaemonSet                                 | let the operator allow "apps/v1/DaemonSet"
          extensions/v1beta1/Deployment                     | write apiVersion: apps/v1
          """)
  void aKindThatIsNoApplicationIsRefused(String kind, String words) throws Exception {
    int slash = kind.lastIndexOf('/');
    String text =
        "apiVersion: %s\nkind: %s\nmetadata: { name: a }\n"
            .formatted(kind.substring(0, slash), kind.substring(slash + 1));

    assertThat(refused(text)).contains(kind + " may not be brought").contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          metadata: { name: a, namespace: kube-system }                       | is "kube-system" and the environment is in "shop"
          metadata: { name: a, ownerReferences: [{ name: x }] }               | metadata.ownerReferences may not be set
          metadata: { name: a, finalizers: [x] }                              | metadata.finalizers may not be set
          metadata: { generateName: a }                                       | metadata.name is not a name
          metadata: { name: ../a }                                            | metadata.name is not a name
          metadata: { name: a, labels: { windlass.io/environment: other } }   | is set by Windlass
          metadata: { name: a, annotations: { windlass.io/environment: other } } | is set by Windlass
          metadata: { name: a, annotations: { helm.sh/hook: pre-install } }   | a hook of helm
          metadata: { name: a, labels: { a: 1 } }                             | is no text
          metadata: { name: a, labels: [] }                                   | is not of the form that Kubernetes has for it
          metadata: { name: a, annotations: { external-dns.alpha.kubernetes.io/hostname: b } } | may speak to what serves the whole cluster
          """)
  void aHeadThatIsNotTheRepositorysIsRefused(String metadata, String words) throws Exception {
    assertThat(refused("apiVersion: v1\nkind: ConfigMap\n" + metadata + "\n")).contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          { type: LoadBalancer, selector: { a: b } }               | spec.type is LoadBalancer
          { type: NodePort, selector: { a: b } }                   | spec.type is NodePort
          { type: ExternalName, externalName: metadata.internal }  | spec.externalName may not be set
          { externalIPs: [10.0.0.1], selector: { a: b } }          | spec.externalIPs may not be set
          { ports: [{ port: 80 }] }                                | spec.selector is empty
          { clusterIP: 10.0.0.10, selector: { a: b } }             | spec.clusterIP may only be None
          """)
  void aServiceThatLeadsElsewhereIsRefused(String spec, String words) throws Exception {
    String text = "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: " + spec;

    assertThat(refused(text)).contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {} | { rules: [{ http: { paths: [{ path: /, backend: { service: { name: a } } }] } }] }  | host is missing
          {} | { defaultBackend: { service: { name: a } }, rules: [{ host: a }] }                  | spec.defaultBackend may not be set
          {} | { ingressClassName: internal, rules: [{ host: a }] }                                | is "internal" and the target has "nginx"
          {} | { rules: [{ host: a, http: { paths: [{ path: /, backend: { resource: { name: a } } }] } }] } | backend must be a service
          { nginx.ingress.kubernetes.io/configuration-snippet: x } | { rules: [{ host: a }] }      | may only come from the operator
          """)
  void anIngressThatTakesMoreThanItsHostIsRefused(String annotations, String spec, String words)
      throws Exception {
    String text =
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: a, annotations: "
            + annotations
            + " }\nspec: "
            + spec;

    assertThat(refused(text)).contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a: 1\\na: 2                                   | deploy/all.yaml:2
          a: !!java.net.URL x                          | tags are not supported
          a: on                                        | write true or false
          - a                                          | expected an object
          a: &a [x, x, x, x, x, x, x, x]\\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d]\\nf: [*e, *e, *e, *e, *e, *e, *e, *e] | aliases counted as copies
          """)
  void textThatReadersUnderstandDifferentlyIsRefused(String text, String words) throws Exception {
    assertThat(refused(text.replace("\\n", "\n"))).contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          300000 | a: 1   | put what is large into the image | 1
          100000 | a: 1   | goes beyond 1000 documents       | 1
           90000 | a: !b  | tags are not supported           | 200
          """)
  void aTextWithoutEndIsNotReadToItsEnd(int times, String document, String words, int lines)
      throws Exception {
    assertThat(refused(("---\n" + document + "\n").repeat(times)))
        .contains(words)
        .hasLineCount(lines);
  }

  @Test
  void everyMistakeIsSaidAtOnce() throws Exception {
    String text =
        DEPLOYMENT.formatted("hostNetwork: true", ", securityContext: { privileged: true }")
            + "---\napiVersion: v1\nkind: Secret\nmetadata: { name: a }\n";

    assertThat(refused(text).lines()).hasSize(3);
  }

  @Test
  void theHostsThatAreAskedForAreTold() throws Exception {
    Drawn drawn =
        draw(
            """
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: b }
            spec:
              tls: [{ hosts: [b.example.com] }]
              rules:
                - host: a.example.com
                  http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: a, port: { number: 80 } } } }] }
            ---
            apiVersion: v1
            kind: Service
            metadata: { name: a }
            spec: { selector: { app: a }, ports: [{ port: 80 }] }
            """);

    assertThat(drawn)
        .isInstanceOfSatisfying(
            Drawn.Made.class,
            made -> assertThat(made.hosts()).containsExactly("a.example.com", "b.example.com"));
  }
}
