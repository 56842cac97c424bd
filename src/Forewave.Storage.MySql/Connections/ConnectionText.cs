using System.Globalization;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Connections;

/// <summary>Reads where the database is from one line: <c>word=value;word=value</c>. A value has no semicolon.</summary>
internal static class ConnectionText
{
    private const string PasswordVariable = "FOREWAVE_MYSQL_PASSWORD";

    private static readonly string[] Words =
        ["host", "port", "socket", "user", "password", "password-file", "schema", "tls", "tls-ca", "tls-cert", "tls-key"];

    /// <exception cref="FormatException">See <see cref="MySqlStoreOptions.Parse"/>.</exception>
    public static MySqlStoreOptions Parse(string text, Func<string, string?> environment)
    {
        Dictionary<string, string> given = Take(text);
        if (!given.TryGetValue("user", out string? user))
        {
            throw new FormatException("--mysql names no user: host=…;user=…");
        }

        bool isLocal = given.ContainsKey("socket");
        var connection = new ConnectionOptions
        {
            Host = given.GetValueOrDefault("host", "127.0.0.1"),
            Port = Port(given.GetValueOrDefault("port", "3306")),
            Socket = given.GetValueOrDefault("socket"),
            User = user,
            Password = Password(given, environment),
            Tls = Tls(given.GetValueOrDefault("tls", isLocal ? "off" : "verified")),
            AuthorityFile = given.GetValueOrDefault("tls-ca"),
            CertificateFile = given.GetValueOrDefault("tls-cert"),
            KeyFile = given.GetValueOrDefault("tls-key"),
        };
        return new MySqlStoreOptions { Connection = connection, Names = Names(given.GetValueOrDefault("schema")) };
    }

    private static Dictionary<string, string> Take(string text)
    {
        var given = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string pair in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            // What is no word may be a part of a password: it is not repeated.
            string word = equals > 0 ? pair[..equals].Trim().ToLowerInvariant() : "";
            if (!Words.Contains(word))
            {
                throw new FormatException($"--mysql takes word=value;… with the words {string.Join(", ", Words)}");
            }

            if (!given.TryAdd(word, pair[(equals + 1)..].Trim()))
            {
                throw new FormatException($"--mysql has {word} twice");
            }
        }

        return given;
    }

    private static string? Password(Dictionary<string, string> given, Func<string, string?> environment)
    {
        if (given.TryGetValue("password", out string? password))
        {
            return password;
        }

        if (!given.TryGetValue("password-file", out string? file))
        {
            return environment(PasswordVariable);
        }

        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"the file of the password cannot be read: {failure.Message}", failure);
        }
    }

    private static int Port(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and < 65_536
            ? port
            : throw new FormatException($"--mysql has port={value}: a number from 1 to 65535");

    private static TlsMode Tls(string value) => value.ToLowerInvariant() switch
    {
        "verified" => TlsMode.Verified,
        "required" => TlsMode.Required,
        "off" => TlsMode.Off,
        _ => throw new FormatException($"--mysql has tls={value}: verified, required or off"),
    };

    private static SchemaNames Names(string? schema)
    {
        try
        {
            return schema is null ? SchemaNames.Default : SchemaNames.Of(schema);
        }
        catch (ArgumentException wrong)
        {
            throw new FormatException(wrong.Message, wrong);
        }
    }
}
