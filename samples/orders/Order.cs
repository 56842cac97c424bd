using System.Text.Json;
using Forewave.Client;

namespace Forewave.Samples.Orders;

/// <summary>What a client posts, under an id of its own, and what the stock service hears of.</summary>
internal sealed record Order(string Id, long Amount, string Article)
{
    /// <summary>Why it cannot be taken; null: it can.</summary>
    public string? Problem() =>
        Id is not { Length: >= 1 and <= 64 } ? "An order has an id of 1 to 64 characters."
        : Article is not { Length: >= 1 and <= 64 } ? "An order has an article of 1 to 64 characters."
        : Amount < 1 ? "An order has an amount of 1 at least."
        : null;

    public Message ToMessage() => new(JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web));
}
