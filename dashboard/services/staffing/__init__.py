"""Who is needed: requirement, day model, what-if, surge plan, exports."""
