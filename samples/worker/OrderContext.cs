using System.Text.Json.Serialization;

namespace Forewave.Samples.Worker;

/// <summary>How orders are written.</summary>
[JsonSerializable(typeof(Order))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class OrderContext : JsonSerializerContext;
