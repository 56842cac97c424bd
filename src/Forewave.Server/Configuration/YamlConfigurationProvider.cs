using Microsoft.Extensions.Configuration;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Forewave.Server.Configuration;

/// <summary>
/// Settings from YAML: the scalars of one document, under the names of what they are in, as the configuration's other sources name
/// them. An empty document has none.
/// </summary>
internal sealed class YamlConfigurationProvider(YamlConfigurationSource source) : StreamConfigurationProvider(source)
{
    /// <exception cref="FormatException">It is not YAML, or not a mapping.</exception>
    public override void Load(Stream stream)
    {
        YamlStream documents = new();
        try
        {
            using StreamReader reader = new(stream);
            documents.Load(reader);
        }
        catch (YamlException failure)
        {
            throw new FormatException($"line {failure.Start.Line}: {failure.Message}", failure);
        }
        if (documents.Documents.Count > 1)
            throw new FormatException("there is more than one document in it");
        if (documents.Documents.Count == 0)
            return;
        if (documents.Documents[0].RootNode is not YamlMappingNode root)
            throw new FormatException("it is no mapping of keys to values");
        Add("", root);
    }

    private void Add(string path, YamlNode node)
    {
        switch (node)
        {
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" }:
                Data[path] = null;
                break;
            case YamlScalarNode scalar:
                Data[path] = scalar.Value;
                break;
            case YamlMappingNode mapping:
                foreach (var (key, value) in mapping.Children)
                    Add(Within(path) + key, value);
                break;
            case YamlSequenceNode sequence:
                for (int i = 0; i < sequence.Children.Count; i++)
                    Add($"{Within(path)}{i}", sequence.Children[i]);
                break;
            default:
                throw new FormatException($"line {node.Start.Line}: it cannot be read");
        }
    }

    private static string Within(string path) => path.Length == 0 ? "" : path + ConfigurationPath.KeyDelimiter;
}
