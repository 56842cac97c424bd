using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Forewave.Protocol.Access;

/// <summary>
/// The text of a token: <c>fwt_</c>, 16 hexadecimal digits of its id, <c>_</c>, and 32 random bytes in base64url. Nobody guesses them,
/// so that it is checked by its SHA-256, which costs next to nothing.
/// </summary>
internal static class AccessToken
{
    public const int HashBytes = 32;
    public const int IdLength = 16;
    private const int SecretLength = 43;
    private const int Length = 4 + IdLength + 1 + SecretLength;

    private static ReadOnlySpan<byte> Mark => "fwt_"u8;

    /// <summary>Makes one.</summary>
    public static string Create()
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdLength / 2));
        return $"fwt_{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(HashBytes))}";
    }

    /// <summary>Whether a secret is meant to be a token.</summary>
    public static bool IsToken(ReadOnlySpan<byte> secret) => secret.StartsWith(Mark);

    /// <summary>The id in a token; null where it is none.</summary>
    public static string? IdOf(ReadOnlySpan<byte> token)
    {
        if (token.Length != Length || !IsToken(token) || token[Mark.Length + IdLength] != '_')
            return null;
        string id = Encoding.Latin1.GetString(token.Slice(Mark.Length, IdLength));
        return IsId(id) ? id : null;
    }

    /// <summary>Whether a text is the id of a token.</summary>
    public static bool IsId(string text) => text.Length == IdLength && text.All(char.IsAsciiHexDigitLower);

    /// <summary>What it is checked by.</summary>
    public static byte[] HashOf(ReadOnlySpan<byte> token) => SHA256.HashData(token);
}
