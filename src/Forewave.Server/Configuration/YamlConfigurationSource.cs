using Microsoft.Extensions.Configuration;

namespace Forewave.Server.Configuration;

/// <summary>Settings from a stream of YAML, which is read once.</summary>
internal sealed class YamlConfigurationSource : StreamConfigurationSource
{
    /// <inheritdoc/>
    public override IConfigurationProvider Build(IConfigurationBuilder builder) => new YamlConfigurationProvider(this);
}
