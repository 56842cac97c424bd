using Forewave.Architecture.Tests.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Forewave.Architecture.Tests.Rules;

/// <summary>
/// Nothing waits for a task by blocking, nothing sleeps, nothing is `async void`. A thread that an owner has started for
/// itself may wait on an event or semaphore that is a field of the same file, and on a monitor.
/// </summary>
internal static class BlockingRule
{
    // Slow syncs are what this disk is for: the passing of time is its work, it waits for nothing.
    private const string SimulatedDelay = "src/Forewave.Storage.Files/Disk/DelayedSyncDisk.cs";

    private static readonly string[] WaitHandles =
        ["ManualResetEventSlim", "SemaphoreSlim", "CountdownEvent", "AutoResetEvent", "ManualResetEvent", "Barrier"];

    public static IEnumerable<Offence> Check(SourceFile source)
    {
        HashSet<string> handles = [.. WaitHandleFields(source), "Monitor"];
        foreach (MemberAccessExpressionSyntax access in source.All<MemberAccessExpressionSyntax>())
        {
            string receiver = access.Expression.ToString();
            bool called = access.Parent is InvocationExpressionSyntax;
            switch (access.Name.Identifier.Text)
            {
                case "Result" when !called:
                    yield return source.Offence(access, $"{receiver}.Result");
                    break;
                case "Wait" or "WaitAll" or "WaitAny" when called && !handles.Contains(receiver.Replace("this.", "", StringComparison.Ordinal)):
                    yield return source.Offence(access, $"{receiver}.{access.Name}()");
                    break;
                case "Sleep" when called && receiver.Split('.')[^1] == "Thread" && source.Path != SimulatedDelay:
                    yield return source.Offence(access, "Thread.Sleep");
                    break;
            }
        }

        foreach (MethodDeclarationSyntax method in source.All<MethodDeclarationSyntax>())
        {
            if (method.Modifiers.Any(SyntaxKind.AsyncKeyword) && method.ReturnType.ToString() == "void")
            {
                yield return source.Offence(method, $"async void {method.Identifier.Text}");
            }
        }
    }

    private static IEnumerable<string> WaitHandleFields(SourceFile source) =>
        source.All<FieldDeclarationSyntax>()
            .Where(field => WaitHandles.Contains(field.Declaration.Type.ToString().Split('.')[^1]))
            .SelectMany(field => field.Declaration.Variables.Select(variable => variable.Identifier.Text));
}
