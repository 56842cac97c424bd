using System.CommandLine;
using System.Text;

namespace Forewave.Cli.Verbs;

/// <summary>A password that is to be set: from a file, from stdin, or typed twice at a terminal, where it is not shown.</summary>
internal static class NewPassword
{
    /// <summary><c>--new-password-file</c>.</summary>
    public static Option<string?> FileOption()
    {
        var option = Parsing.OptionalPath("--new-password-file").Saying("the first line of this file; else it is read from stdin, at a terminal twice and unseen");
        option.HelpName = "FILE";
        return option;
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="UsageException">What was typed differs, or there is none.</exception>
    public static async Task<string> ReadAsync(string? file, CancellationToken stop)
    {
        string? password = file is not null ? (await File.ReadAllLinesAsync(file, stop)).FirstOrDefault()
            : Console.IsInputRedirected ? await Console.In.ReadLineAsync(stop)
            : Typed();
        return password is { Length: > 0 } ? password : throw new UsageException("there is no password: the first line is empty");
    }

    private static string Typed()
    {
        string first = Ask("New password: ");
        return Ask("Once more: ") == first ? first : throw new UsageException("the passwords differ");
    }

    private static string Ask(string question)
    {
        Console.Error.Write(question);
        StringBuilder typed = new();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace && typed.Length > 0)
                typed.Length--;
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
