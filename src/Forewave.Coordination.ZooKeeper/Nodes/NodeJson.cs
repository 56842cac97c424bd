using System.Text.Json.Serialization;

namespace Forewave.Coordination.ZooKeeper.Nodes;

/// <summary>Serialization without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GroupNode))]
[JsonSerializable(typeof(ServerNode))]
[JsonSerializable(typeof(SlotsNode))]
internal sealed partial class NodeJson : JsonSerializerContext;
