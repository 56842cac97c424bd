using System.CommandLine;
using Forewave.Client;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>
/// Who the tool is for the broker, and how it speaks to it, for every verb but <c>serve</c>: from a file that an option names, else from the environment. A secret
/// itself is never an option: everybody on the host sees a program's arguments.
/// </summary>
internal static class CredentialOptions
{
    private static readonly Option<string?> User = new("--user") { Description = "the user, with --password-file; else FOREWAVE_USER", HelpName = "NAME", Recursive = true };
    private static readonly Option<string?> PasswordFile = Everywhere(Parsing.OptionalPath("--password-file").Saying("a file with the user's password in its first line; else FOREWAVE_PASSWORD_FILE or FOREWAVE_PASSWORD"));
    private static readonly Option<string?> TokenFile = Everywhere(Parsing.OptionalPath("--token-file").Saying("a file with a token in its first line; else FOREWAVE_TOKEN_FILE or FOREWAVE_TOKEN"));

    private static readonly Option<bool> Tls = new("--tls") { Description = "speak TLS, trusting the system's authorities; else FOREWAVE_TLS=true", Recursive = true };
    private static readonly Option<string?> AuthorityFile = Everywhere(Parsing.OptionalPath("--tls-ca").Saying("speak TLS, trusting the authorities in this PEM file alone; else FOREWAVE_TLS_CA"));

    /// <summary>The options; new for each tree of commands would do too, they hold nothing.</summary>
    public static IEnumerable<Option> All => [User, PasswordFile, TokenFile, Tls, AuthorityFile];

    /// <summary>Takes for the verb that runs what the options and the environment say.</summary>
    /// <exception cref="UsageException">They say a part, or two things; or the verb is <c>serve</c>, which is nobody's client.</exception>
    public static void Use(ParseResult parsed)
    {
        if (parsed.CommandResult.Command.Name != "serve")
            (ClientOptions.Credentials, ClientOptions.Tls) = (Read(parsed), ReadTls(parsed));
        else if (All.Any(option => parsed.GetResult(option) is { Implicit: false }))
            throw new UsageException("--user, --password-file, --token-file, --tls and --tls-ca are for clients: serve makes a broker");
    }

    private static ForewaveCredentials? Read(ParseResult parsed)
    {
        string? user = parsed.GetValue(User);
        string? passwordFile = parsed.GetValue(PasswordFile);
        string? tokenFile = parsed.GetValue(TokenFile);
        if (tokenFile is not null)
        {
            return user is null && passwordFile is null
                ? ForewaveCredentials.TokenFile(tokenFile)
                : throw new UsageException("--token-file says by itself who comes: without --user and --password-file");
        }
        if (passwordFile is null)
            return user is null ? FromEnvironment(null) : FromEnvironment(user);
        user ??= Environment.GetEnvironmentVariable("FOREWAVE_USER");
        return UserName.TryParse(user, out var name)
            ? ForewaveCredentials.PasswordFile(name, passwordFile)
            : throw new UsageException("--password-file goes with --user, the name of a user");
    }

    /// <summary>Whether and how to speak TLS.</summary>
    private static ForewaveTls? ReadTls(ParseResult parsed)
    {
        string? authorities = parsed.GetValue(AuthorityFile);
        if (authorities is null && Environment.GetEnvironmentVariable("FOREWAVE_TLS_CA") is { Length: > 0 } file)
            authorities = file;
        bool isOn = parsed.GetValue(Tls) || string.Equals(Environment.GetEnvironmentVariable("FOREWAVE_TLS"), "true", StringComparison.OrdinalIgnoreCase);
        return isOn || authorities is not null ? new ForewaveTls { AuthorityFile = authorities } : null;
    }

    private static ForewaveCredentials? FromEnvironment(string? user)
    {
        try
        {
            return ForewaveCredentials.From(variable => variable == "FOREWAVE_USER" && user is not null ? user : Environment.GetEnvironmentVariable(variable));
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }

    private static Option<string?> Everywhere(Option<string?> option)
    {
        option.HelpName = "FILE";
        option.Recursive = true;
        return option;
    }
}
