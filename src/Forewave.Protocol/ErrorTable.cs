using System.Collections.Frozen;

namespace Forewave.Protocol;

/// <summary>
/// Every error there is: the one table behind the wire, HTTP, the SDK and docs/error-codes.md. Safe for any thread.
/// </summary>
public static class ErrorTable
{
    private static readonly FrozenDictionary<ErrorCode, ErrorEntry> ByCode = Rows().ToFrozenDictionary(row => row.Code);

    /// <summary>All rows by rising number.</summary>
    public static IReadOnlyList<ErrorEntry> All { get; } = [.. ByCode.Values.OrderBy(row => row.Code)];

    /// <summary>The row of one number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public static ErrorEntry Entry(ErrorCode code) =>
        ByCode.TryGetValue(code, out var entry) ? entry : throw new ArgumentOutOfRangeException(nameof(code), code, "no such error");

    /// <summary>The row of a number that a peer sent; false when this version does not know it.</summary>
    public static bool TryGet(uint number, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ErrorEntry? entry) =>
        ByCode.TryGetValue((ErrorCode)number, out entry);

    private static IEnumerable<ErrorEntry> Rows() =>
        [
            .. Errors.WireErrors.Rows,
            .. Errors.NameAndLimitErrors.Rows,
            .. Errors.PublishErrors.Rows,
            .. Errors.ConsumeErrors.Rows,
            .. Errors.AdministrationErrors.Rows,
            .. Errors.BrokerErrors.Rows,
            .. Errors.ClientErrors.Rows,
            .. Errors.HttpErrors.Rows,
            .. Errors.AccessErrors.Rows,
            .. Errors.OutboxErrors.Rows,
        ];
}
