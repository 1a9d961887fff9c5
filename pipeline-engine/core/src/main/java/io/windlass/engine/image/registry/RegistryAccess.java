package io.windlass.engine.image.registry;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A registry that the operator lets this server talk to.
 *
 * @param host with its port where it has one; {@code docker.io} for Docker Hub
 * @param dockerConfig the {@code config.json} with its credentials: {@code auths}, {@code
 *     credHelpers} and {@code credsStore} as Docker reads them; empty for anonymous
 */
public record RegistryAccess(String host, Optional<Path> dockerConfig) {}
