using Forewave.Client;
using Forewave.Protocol;
using Forewave.Server.Configuration;
using Forewave.Server.Http.Requests;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Publishing;

/// <summary>What a receipt has to say at least, as the header <c>Forewave-Durability</c> asks for it.</summary>
internal readonly struct RequiredDurability
{
    private const string Name = "Forewave-Durability";

    private readonly Durability _least;

    private RequiredDurability(Durability least) => _least = least;

    /// <summary>Of a request; without the header nothing is asked for.</summary>
    /// <exception cref="ForewaveException"><c>FieldInvalid</c>.</exception>
    public static RequiredDurability Of(IHeaderDictionary headers)
    {
        var values = headers[Name];
        if (values.Count == 0)
            return default;
        return values.Count == 1 && DurabilityText.TryParse(values[0] ?? "", out var least)
            ? new RequiredDurability(least)
            : throw FieldText.Wrong(Name, $"one of {DurabilityText.Choices}");
    }

    /// <summary>What is wrong with a receipt; null: it says enough.</summary>
    public ForewaveException? ShortfallOf(in Receipt receipt) => receipt.Durability >= _least
        ? null
        : new ForewaveException(
            ErrorCode.DurabilityNotReached,
            $"Message {receipt.MessageId} is stored with durability {DurabilityText.Of(receipt.Durability)}, and {DurabilityText.Of(_least)} was asked for.");

    /// <summary>Throws where a receipt does not say enough.</summary>
    /// <exception cref="ForewaveException"><c>DurabilityNotReached</c>.</exception>
    public void Check(in Receipt receipt)
    {
        if (ShortfallOf(receipt) is { } shortfall)
            throw shortfall;
    }
}
