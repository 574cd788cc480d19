"""The import hook: loads a module's file with the checks that its code needs to run as a kernel runs it."""
