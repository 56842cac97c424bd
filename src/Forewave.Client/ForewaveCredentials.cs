using System.Text;
using Forewave.Protocol;

namespace Forewave.Client;

/// <summary>
/// Who a client is: a user with its password, or a token. Thread-safe. Where the secret is in a file, the file is read anew for each
/// connection, so that what is changed there is used from the next one on. Never shown: not in texts, errors or logs.
/// </summary>
public sealed class ForewaveCredentials
{
    private const string UserVariable = "FOREWAVE_USER";
    private const string PasswordVariable = "FOREWAVE_PASSWORD";
    private const string TokenVariable = "FOREWAVE_TOKEN";
    private readonly Func<string> _secret;

    private ForewaveCredentials(string user, Func<string> secret) => (User, _secret) = (user, secret);

    /// <summary>The user's name; empty: the one whose token it is.</summary>
    public string User { get; }

    /// <summary>A user and its password.</summary>
    public static ForewaveCredentials Password(UserName user, string password)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        return new ForewaveCredentials(user.Value, () => password);
    }

    /// <summary>A user, and a file with its password: its first line, without the end of the line.</summary>
    public static ForewaveCredentials PasswordFile(UserName user, string path) => new(user.Value, FirstLineOf(path));

    /// <summary>A token, <c>fwt_…</c>, which says by itself whose it is.</summary>
    public static ForewaveCredentials Token(string token)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        return new ForewaveCredentials("", () => token);
    }

    /// <summary>A file with a token: its first line.</summary>
    public static ForewaveCredentials TokenFile(string path) => new("", FirstLineOf(path));

    /// <summary>
    /// What the environment says: FOREWAVE_TOKEN or FOREWAVE_TOKEN_FILE, else FOREWAVE_USER with FOREWAVE_PASSWORD or FOREWAVE_PASSWORD_FILE;
    /// null where it says nothing.
    /// </summary>
    /// <exception cref="ArgumentException">It says a part, or two things; the text never has the secret.</exception>
    public static ForewaveCredentials? FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>For messages: never the secret.</summary>
    public override string ToString() => User.Length > 0 ? $"user {User}" : "a token";

    internal static ForewaveCredentials? From(Func<string, string?> environment)
    {
        string? Of(string variable) => environment(variable) is { Length: > 0 } text ? text : null;
        string? user = Of(UserVariable);
        string? token = Of(TokenVariable), tokenFile = Of(TokenVariable + "_FILE");
        string? password = Of(PasswordVariable), passwordFile = Of(PasswordVariable + "_FILE");
        int secrets = new[] { token, tokenFile, password, passwordFile }.Count(one => one is not null);
        if (secrets > 1)
        {
            throw new ArgumentException($"the environment has more than one of {TokenVariable}, {TokenVariable}_FILE, {PasswordVariable}, {PasswordVariable}_FILE");
        }

        if (token is not null || tokenFile is not null)
        {
            return token is not null ? Token(token) : TokenFile(tokenFile!);
        }

        if (user is null && secrets == 0)
        {
            return null;
        }

        if (user is null || secrets == 0 || !UserName.TryParse(user, out UserName name))
        {
            throw new ArgumentException($"{UserVariable} is a user's name and goes with {PasswordVariable}_FILE or {PasswordVariable}");
        }

        return password is not null ? Password(name, password) : PasswordFile(name, passwordFile!);
    }

    /// <summary>Says in a hello who the client is.</summary>
    /// <exception cref="ForewaveException"><c>UserInvalid</c>: the file cannot be read, or the secret is too long.</exception>
    internal void Fill(Forewave.Protocol.V1.Hello hello)
    {
        byte[] secret = Encoding.UTF8.GetBytes(_secret());
        if (secret.Length is 0 or > Limits.SecretBytes)
        {
            throw new ForewaveException(ErrorCode.UserInvalid, $"The secret of {this} is empty or longer than {Limits.SecretBytes} bytes.");
        }

        hello.User = User;
        hello.Secret = Google.Protobuf.ByteString.CopyFrom(secret);
    }

    private static Func<string> FirstLineOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return () =>
        {
            try
            {
                return File.ReadLines(path).FirstOrDefault() ?? "";
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new ForewaveException(ErrorCode.UserInvalid, $"The file with the secret cannot be read: {failure.Message.TrimEnd('.')}.", failure);
            }
        };
    }
}
